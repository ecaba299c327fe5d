import type { CoordinatorEffect } from '../checkpoint/coordinator.ts'
import type { JobIdentity } from '../checkpoint/job-identity.ts'
import type { ManifestHead } from '../checkpoint/manifest.ts'
import type { ControlToStorage } from '../storage/protocol.ts'
import { placeOfActor } from './actor-names.ts'

export type Lineage = Pick<ManifestHead, 'lineage' | 'origin'>

/** What the storage thread is told to commit. */
export function commitOrder(
  { checkpoint, attempt, actors }: CoordinatorEffect & { type: 'commit' },
  { lineage, origin }: Lineage,
  identity: JobIdentity,
  createdMs: number,
): ControlToStorage {
  // Finished is what it becomes when the sinks have committed it.
  const head = { id: checkpoint, lineage, status: 'complete' as const, createdMs, ...identity, ...(origin !== undefined && { origin }) }
  return { type: 'commit', attempt, head, actors: actors.map(({ actor, finished }) => ({ ...placeOfActor(actor), finished })) }
}
