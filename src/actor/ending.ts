import type { Outboxes } from '../channel/outboxes.ts'
import { FrameKind } from '../ring/index.ts'
import type { SealedChunk, StepResult } from './actor-parts.ts'
import type { Operators } from './operators.ts'
import type { Snapshots } from './snapshots.ts'
import type { Standing } from './standing.ts'

/** The end of an actor's input: what its operators still have to say, word of it to the receivers, the last state. */
export class Ending {
  readonly #operators: Operators
  readonly #outboxes: Outboxes
  readonly #snapshots: Snapshots
  /** Of the last state; null until all of it is there. */
  chunks: readonly SealedChunk[] | null = null

  constructor(operators: Operators, outboxes: Outboxes, snapshots: Snapshots) {
    this.#operators = operators
    this.#outboxes = outboxes
    this.#snapshots = snapshots
  }

  /** One operator's last results a step, so that outputs are flushed between them. */
  step(now: Standing, actor: { flush(): void; isReady(): boolean }): StepResult {
    if (this.#operators.enter(now.ending) !== null) {
      const progress = this.#operators.end(now.ending)
      if (progress === 'done') now.ending++
      if (progress !== 'waits') this.#operators.afterBatch()
      return 'progress'
    }
    if (!now.hasEnded) {
      actor.flush()
      now.hasEnded = actor.isReady()
      if (now.hasEnded) this.#outboxes.broadcast(FrameKind.end, 0)
      return 'progress'
    }
    // Bit by bit: last results do not wait for the last state.
    this.chunks ??= this.#snapshots.takeLast()
    if (this.chunks === null) return 'progress'
    if (!this.#outboxes.flushKept()) return 'blocked'
    now.state = 'finished'
    return 'progress'
  }
}
