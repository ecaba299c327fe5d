import type { SourceProgress } from '../actor/contract.ts'
import type { WorkerRuntime } from './worker-runtime.ts'

export interface ActorStats {
  readonly id: number
  readonly name: string
  /** Since the attempt began. */
  readonly recordsIn: number
  readonly recordsOut: number
  readonly busyMs: number
  /** Received and unprocessed. */
  readonly mailboxBytes: number
  readonly state: string
  /** Of sources that know how much input they have; null for all others. */
  readonly progress: SourceProgress | null
}

export interface WorkerStats {
  readonly worker: number
  readonly heapBytes: number
  readonly actors: readonly ActorStats[]
}

export function workerStats(worker: number, runtime: WorkerRuntime | null): WorkerStats {
  const actors = [...(runtime?.actors ?? [])].map((actor) => ({
    id: actor.id,
    name: actor.name,
    recordsIn: actor.recordsIn,
    recordsOut: actor.recordsOut,
    busyMs: actor.busyMs,
    mailboxBytes: actor.mailbox.bytes,
    state: actor.state,
    progress: actor.progress,
  }))
  return { worker, heapBytes: process.memoryUsage().heapUsed, actors }
}
