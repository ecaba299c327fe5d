import type { CoordinatorEffect } from '../checkpoint/coordinator.ts'
import type { ManifestIdentity } from '../checkpoint/manifest.ts'
import type { ControlToStorage } from '../storage/protocol.ts'

/** What the storage thread is to commit: chunks that it holds, under the head of a manifest. */
export function commitOrder(
  effect: CoordinatorEffect & { type: 'commit' },
  lineage: string,
  identity: ManifestIdentity,
  createdMs: number,
): ControlToStorage {
  // Finished is what it becomes when the sinks have committed it: see JobMaster.
  const head = { id: effect.checkpoint, lineage, status: 'complete' as const, createdMs, ...identity }
  const actors = effect.actors.map(({ actor, finished }) => {
    const at = actor.lastIndexOf('#')
    return { task: actor.slice(0, at), index: Number(actor.slice(at + 1)), finished }
  })
  return { type: 'commit', attempt: effect.attempt, head, actors }
}
