import type { StateChunk } from '../actor/contract.ts'
import type { Manifest } from '../checkpoint/manifest.ts'
import { MillraceError } from '../errors.ts'
import { type Plan, routingTable } from '../graph/plan.ts'
import { decodeChunk, parseChunkKey } from './chunk-key.ts'
import type { RestoredState } from './worker-host.ts'

/** Reads those chunks of a checkpoint whose key is wanted. */
export type ReadChunks = (
  manifest: Manifest,
  wanted: (key: string) => boolean,
) => Promise<readonly { readonly key: string; readonly bytes: Uint8Array }[]>

/**
 * The state that one worker's actors begin with. Group chunks go to the instance that owns the key group now, split chunks to the instance
 * that reads the split now, instance chunks to the instance of that number; so a job may be resumed with another number of workers.
 */
export async function readRestoredState(
  manifest: Manifest,
  plan: Plan,
  worker: number,
  keyGroups: number,
  readChunks: ReadChunks,
): Promise<RestoredState> {
  const owns = ownership(plan, worker, keyGroups)
  const chunks = await readChunks(manifest, (key) => {
    const { operator, scope, id } = parseChunkKey(key)
    return owns(operator, scope, id) !== null
  })
  const byInstance = new Map<string, StateChunk[]>()
  for (const { key, bytes } of chunks) {
    const { operator, scope, id } = parseChunkKey(key)
    const instance = `${operator}#${owns(operator, scope, id)}`
    if (!byInstance.has(instance)) byInstance.set(instance, [])
    byInstance.get(instance)!.push({ scope, id, value: decodeChunk(bytes) })
  }
  return (operator, index) => byInstance.get(`${operator}#${index}`) ?? []
}

/** Instance on this worker that a chunk belongs to, or null. */
function ownership(
  plan: Plan,
  worker: number,
  keyGroups: number,
): (operator: string, scope: StateChunk['scope'], id: number) => number | null {
  const tasks = new Map(plan.tasks.flatMap((task) => task.nodes.map((node) => [plan.graph.nodes[node]!.name, task] as const)))
  // As the senders route: instances beyond the number of key groups own none.
  const owners = new Map(
    plan.tasks.map(({ parallelism }) => [parallelism, routingTable(keyGroups, Math.min(keyGroups, parallelism))] as const),
  )
  return (operator, scope, id) => {
    const task = tasks.get(operatorOf(operator))
    if (task === undefined) return null
    const index = scope === 'group' ? owners.get(task.parallelism)![id]! : scope === 'split' ? id % task.parallelism : id
    if (index >= task.parallelism) {
      const text = `The checkpoint holds state of instance ${id} of "${operator}", which has ${task.parallelism} instances now. Give it as many as before`
      throw new MillraceError('MR_STATE_INCOMPATIBLE', text, { operator })
    }
    const placed = plan.actors.some((actor) => actor.task === task.id && actor.index === index && actor.thread === worker)
    return placed ? index : null
  }
}

/** State beside that of an operator is named after it: `operator/what`. */
function operatorOf(name: string): string {
  const end = name.indexOf('/')
  return end === -1 ? name : name.slice(0, end)
}
