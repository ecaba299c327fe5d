import type { BadRecords } from '../actor/record-guard.ts'
import type { LatencyStats } from '../actor/latency-markers.ts'
import type { SourceProgress } from '../actor/contract.ts'
import type { WorkerRuntime } from './worker-runtime.ts'

export interface ActorStats {
  readonly id: number
  readonly name: string
  /** Since the attempt began. */
  readonly recordsIn: number
  readonly recordsOut: number
  /** The same by outgoing edge, in the order of the plan. */
  readonly outputs: readonly number[]
  /** Event time in ms that it has come to; null while it knows of none, and at the end of its input. */
  readonly watermarkMs: number | null
  readonly busyMs: number
  /** Received and unprocessed. */
  readonly mailboxBytes: number
  readonly state: string
  /** What its operators with an `onError` policy did about bad records since the job began; keys that cannot be read count where they are read. */
  readonly badRecords: readonly BadRecords[]
  /** With `latencyMarkersMs`: how old the markers of each source were when they came here. */
  readonly latency: readonly LatencyStats[]
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
    recordsOut: actor.outputs.reduce((sum, records) => sum + records, 0),
    outputs: actor.outputs,
    watermarkMs: Number.isFinite(actor.watermark) ? actor.watermark : null,
    busyMs: actor.busyMs,
    mailboxBytes: actor.mailbox.bytes,
    state: actor.state,
    badRecords: actor.badRecords.map(({ operator, skipped, deadLettered }) => ({ operator, skipped, deadLettered })),
    latency: actor.latency?.stats ?? [],
    progress: actor.progress,
  }))
  return { worker, heapBytes: process.memoryUsage().heapUsed, actors }
}
