import type { TimeChunk } from '../actor/actor-time.ts'
import type { StateChunk } from '../actor/contract.ts'
import type { Manifest } from '../checkpoint/manifest.ts'
import type { ActorPlacement, Plan } from '../graph/plan.ts'
import { decodeChunk } from './chunk-key.ts'
import { type ChunkPlace, parseChunkKey } from './chunk-place.ts'
import { ownersIn } from './ownership.ts'
import type { RestoredState } from './worker-host.ts'

type Restored = StateChunk | TimeChunk

/** Reads those chunks of a checkpoint whose key is wanted. */
export type ReadChunks = (
  manifest: Manifest,
  wanted: (key: string) => boolean,
) => Promise<readonly { readonly key: string; readonly bytes: Uint8Array }[]>

/**
 * The state that one worker's actors begin with. Group chunks go to the instance that owns the key group now, split chunks to the instance
 * that reads the split now, instance chunks to the instance of that number; so a job may be resumed with another number of workers.
 *
 * @param only the actor whose state is wanted; default: all of the worker's
 */
export async function readRestoredState(
  manifest: Manifest,
  plan: Plan,
  worker: number,
  keyGroups: number,
  readChunks: ReadChunks,
  only?: number,
): Promise<RestoredState> {
  const owners = ownership(plan, keyGroups, ({ id, thread }) => thread === worker && (only === undefined || only === id))
  const chunks = await readChunks(manifest, (key) => owners(parseChunkKey(key)).length > 0)
  const byInstance = new Map<string, Restored[]>()
  for (const { key, bytes } of chunks) {
    const place = parseChunkKey(key)
    for (const index of owners(place)) {
      const instance = `${place.operator}#${index}`
      if (!byInstance.has(instance)) byInstance.set(instance, [])
      byInstance.get(instance)!.push({ scope: place.scope, id: place.id, value: decodeChunk(bytes) } as Restored)
    }
  }
  return (operator, index) => byInstance.get(`${operator}#${index}`) ?? []
}

/** Instances on this worker that a chunk belongs to. */
function ownership(plan: Plan, keyGroups: number, wants: (actor: ActorPlacement) => boolean): (place: ChunkPlace) => readonly number[] {
  const ownerOf = ownersIn(plan, keyGroups)
  const local = plan.tasks.map(({ id }) => plan.actors.filter((actor) => actor.task === id && wants(actor)).map(({ index }) => index))
  return (place) => {
    const owner = ownerOf(place)
    if (owner === null) return []
    const here = local[owner.task.id]!
    if (owner.index === 'all') return here
    return here.includes(owner.index) ? [owner.index] : []
  }
}
