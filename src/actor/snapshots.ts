import type { SnapshotTiming } from '../core/checkpoint-measures.ts'
import type { Clock } from '../core/clock.ts'
import type { ActorEvents, SealedChunk } from './actor-parts.ts'
import type { ActorTime } from './actor-time.ts'
import type { Operators } from './operators.ts'

/** Takes the snapshots of one actor, and tells of each when what precedes its barrier is on its way. */
export class Snapshots {
  readonly #operators: Operators
  readonly #time: ActorTime
  readonly #events: ActorEvents
  /** Name of the first operator of the chain. */
  readonly #headName: string
  readonly #clock: Clock
  /** A snapshot whose barrier, or what precedes it, still waits in an outbox. */
  #unreported: { readonly checkpointId: number; readonly chunks: readonly SealedChunk[]; readonly timing: SnapshotTiming } | null = null

  constructor(
    operators: Operators,
    time: ActorTime,
    events: ActorEvents,
    { headName, clock }: { readonly headName: string; readonly clock: Clock },
  ) {
    this.#operators = operators
    this.#time = time
    this.#events = events
    this.#headName = headName
    this.#clock = clock
  }

  take(checkpointId: number): SealedChunk[] {
    const state = this.#operators.snapshot(checkpointId, (chunk) => this.#events.seal(chunk))
    return [...state, ...this.#time.snapshot().map((chunk) => this.#events.seal({ operator: this.#headName, ...chunk }))]
  }

  /** Takes the one of a checkpoint, to be reported. */
  hold(checkpointId: number, alignmentMs: number): void {
    const beganMs = this.#clock.monotonicMs()
    const chunks = this.take(checkpointId)
    const encodeMs = this.#clock.monotonicMs() - beganMs
    this.#unreported = { checkpointId, chunks, timing: { alignmentMs, encodeMs, takenAtMs: this.#clock.nowMs() } }
  }

  /** Frames that wait in an outbox end with the actor, so the checkpoint may not count on them: it is told when all are on their way. */
  report(): void {
    const due = this.#unreported
    this.#unreported = null
    if (due !== null) this.#events.snapshotTaken(due.checkpointId, due.chunks, due.timing)
  }
}
