import type { BadRecords } from '../actor/record-guard.ts'
import type { LatencyStats } from '../actor/latency-markers.ts'
import type { SourceProgress } from '../actor/contract.ts'
import type { SampledKeys } from '../actor/actor-parts.ts'
import { HOT_KEYS_SHOWN } from '../limits.ts'
import type { Actor } from '../actor/actor.ts'
import type { Clock } from '../core/clock.ts'
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
  /** It had something to pass on, and no credit for it; a wait that still goes on counts. */
  readonly blockedMs: number
  /** The same as shares of time, 0 to 1, over the last second or so. */
  readonly busyShare: number
  readonly blockedShare: number
  /** Received and unprocessed. */
  readonly mailboxBytes: number
  /** Of the budget of its mailbox, 0 to 1; null for a source, which has none. */
  readonly mailboxShare: number | null
  /** At present. */
  readonly priority: number
  /** Keys of its records, or of those that it sums up before it sends them, from samples. */
  readonly keys: readonly SampledKeys[]
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
  /** Objects in its V8 heap. */
  readonly heapBytes: number
  /** Memory outside of it that belongs to its objects: buffers. */
  readonly externalBytes: number
  /** Since the attempt began: how long that is, and for how much of it it ran actors, or stood still with one that lacked credit. */
  readonly elapsedMs: number
  readonly busyMs: number
  readonly blockedMs: number
  /** Over the last second or so, 0 to 1. The rest it was idle, or on its event loop. */
  readonly busyShare: number
  readonly blockedShare: number
  readonly actors: readonly ActorStats[]
}

/** @param clock of the worker's host */
export function workerStats(worker: number, runtime: WorkerRuntime | null, clock: Clock): WorkerStats {
  const { heapUsed, external } = process.memoryUsage()
  const memory = { heapBytes: heapUsed, externalBytes: external }
  if (runtime === null) return { worker, ...memory, elapsedMs: 0, busyMs: 0, blockedMs: 0, busyShare: 0, blockedShare: 0, actors: [] }
  const { load } = runtime
  const nowMs = clock.monotonicMs()
  const actors = [...runtime.actors].map((actor) => actorStats(actor, runtime, nowMs))
  const times = { elapsedMs: nowMs - load.startedMs, busyMs: load.busyMs(), blockedMs: load.blockedMs(nowMs) }
  return { worker, ...memory, ...times, ...load.shares(nowMs), actors }
}

function actorStats(actor: Actor, { load, priorities }: WorkerRuntime, nowMs: number): ActorStats {
  const { id, name, recordsIn, outputs, state, watermark, mailbox, latency, progress } = actor
  return {
    id,
    name,
    recordsIn,
    recordsOut: outputs.reduce((sum, records) => sum + records, 0),
    outputs,
    watermarkMs: Number.isFinite(watermark) ? watermark : null,
    busyMs: load.busyMs(id),
    blockedMs: load.blockedMs(nowMs, id),
    ...load.shares(nowMs, id),
    mailboxBytes: mailbox.bytes,
    mailboxShare: mailbox.channelCount === 0 ? null : mailbox.share,
    priority: priorities[id]!,
    keys: (actor.keys?.sampled ?? []).map((sampled) => ({ ...sampled, keys: sampled.keys.slice(0, 2 * HOT_KEYS_SHOWN) })),
    state,
    badRecords: actor.badRecords.map(({ operator, skipped, deadLettered }) => ({ operator, skipped, deadLettered })),
    latency: latency?.stats ?? [],
    progress,
  }
}
