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
  /** A snapshot whose barrier, or what precedes it, still waits in an outbox. */
  #unreported: { readonly checkpointId: number; readonly chunks: readonly SealedChunk[] } | null = null

  constructor(operators: Operators, time: ActorTime, events: ActorEvents, headName: string) {
    this.#operators = operators
    this.#time = time
    this.#events = events
    this.#headName = headName
  }

  take(checkpointId: number): SealedChunk[] {
    const state = this.#operators.snapshot(checkpointId, (chunk) => this.#events.seal(chunk))
    return [...state, ...this.#time.snapshot().map((chunk) => this.#events.seal({ operator: this.#headName, ...chunk }))]
  }

  /** Takes the one of a checkpoint, to be reported. */
  hold(checkpointId: number): void {
    this.#unreported = { checkpointId, chunks: this.take(checkpointId) }
  }

  /** Frames that wait in an outbox end with the actor, so the checkpoint may not count on them: it is told when all are on their way. */
  report(): void {
    const due = this.#unreported
    this.#unreported = null
    if (due !== null) this.#events.snapshotTaken(due.checkpointId, due.chunks)
  }
}
