import type { Manifest } from '../checkpoint/manifest.ts'
import { MillraceError } from '../errors.ts'
import type { Plan } from '../graph/plan.ts'
import { operatorOf, parseChunkKey } from '../worker/chunk-place.ts'
import { ownersIn } from '../worker/ownership.ts'

/** Bytes of a checkpoint's state that are another worker's in the second plan than in the first. What all instances have moves nowhere. */
export function movedBytes({ actors }: Manifest, before: Plan, after: Plan, keyGroups: number): number {
  const [from, to] = [workersOf(before, keyGroups), workersOf(after, keyGroups)]
  const chunks = actors.flatMap((actor) => actor.chunks)
  return chunks.reduce((sum, { key, byteLength }) => (from(key) === to(key) ? sum : sum + byteLength), 0)
}

/** The worker that a chunk is restored on; null where that is more than one, or none. */
function workersOf(plan: Plan, keyGroups: number): (key: string) => number | null {
  const ownerOf = ownersIn(plan, keyGroups)
  const threads = new Map(plan.actors.map(({ task, index, thread }) => [`${task} ${index}`, thread]))
  return (key) => {
    const owner = ownerOf(parseChunkKey(key))
    return owner === null || owner.index === 'all' ? null : threads.get(`${owner.task.id} ${owner.index}`)!
  }
}

/**
 * State that belongs to an instance by its number has to have that instance.
 *
 * @param instances by operator
 * @throws MillraceError MR_RESCALE_IMPOSSIBLE
 */
export function demandNoStateLost(manifest: Manifest | null, instances: Readonly<Record<string, number>>): void {
  for (const { key } of manifest?.actors.flatMap(({ chunks }) => chunks) ?? []) {
    const { operator, scope, id } = parseChunkKey(key)
    const name = operatorOf(operator)
    const left = instances[name]
    if (scope !== 'instance' || left === undefined || id < left) continue
    const text = `"${name}" cannot run in ${left} instances: instance ${id} has state that belongs to no other`
    throw new MillraceError('MR_RESCALE_IMPOSSIBLE', text, { operator: name })
  }
}
