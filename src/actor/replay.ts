import { MillraceError } from '../errors.ts'
import type { Outboxes } from '../channel/outboxes.ts'
import type { ActorLog, Logged, ReplayBase } from './actor-log.ts'
import type { ActorTime } from './actor-time.ts'
import type { BatchInput } from './batch-input.ts'
import type { Operators } from './operators.ts'

/** What an actor was in the middle of when its operators failed: its successor goes on with that. */
export interface Interruptible {
  readonly time: ActorTime
  readonly input: BatchInput
  readonly operators: Operators
}

/** Makes the logged calls of an actor again, one a step, with new operators; what they send is dropped as far as it is out already. */
export class Replay {
  readonly #log: ActorLog
  readonly #outboxes: Outboxes
  readonly #parts: Interruptible
  readonly #base: ReplayBase
  #interrupted: Interruptible | null = null
  #next = 0

  /** Of what was logged since the barrier of a checkpoint. Nobody else writes into the log from now on. */
  static from(log: ActorLog, checkpoint: number, outboxes: Outboxes, parts: Interruptible): Replay {
    const base = log.replay(checkpoint)
    if (base !== null) return new Replay(log, outboxes, parts, base)
    throw new MillraceError('MR_REPLAY_DIVERGED', `What an actor was given since checkpoint ${checkpoint} is not known any more`)
  }

  private constructor(log: ActorLog, outboxes: Outboxes, parts: Interruptible, base: ReplayBase) {
    this.#log = log
    this.#outboxes = outboxes
    this.#parts = parts
    this.#base = base
    // Operators ask for it as soon as they are opened.
    parts.time.replayFrom(base.watermark)
  }

  get interrupted(): Interruptible | null {
    return this.#interrupted
  }

  /** @param interrupted what is to be gone on with at the end */
  begin(interrupted: Interruptible): void {
    this.#interrupted = interrupted
    this.#outboxes.beginReplay(this.#base.outputs)
  }

  /**
   * True when all calls were made: the actor is where its predecessor was.
   *
   * @throws MillraceError MR_REPLAY_DIVERGED
   */
  goOn(): boolean {
    const { time, input, operators } = this.#parts
    const log = this.#log
    if (this.#next < log.entries.length) {
      this.#repeat(log.entries[this.#next]!)
      this.#next++
      return false
    }
    this.#outboxes.endReplay()
    if (!log.replayed()) {
      throw new MillraceError(
        'MR_REPLAY_DIVERGED',
        'An actor that restarted alone made something else of the same input: its functions depend on more than their records, state and context',
      )
    }
    const interrupted = this.#interrupted!
    time.takeOver(interrupted.time)
    input.takeOver(interrupted.input)
    operators.takeOver(interrupted.operators)
    return true
  }

  #repeat({ kind, value, position, arrived }: Logged): void {
    const { time, input, operators } = this.#parts
    switch (kind) {
      case 'batch':
        return input.repeat(arrived!)
      case 'watermark':
        return time.repeatWatermark(position, value)
      case 'told':
        return this.#outboxes.watermark(value)
      case 'time':
        return time.repeatTime(position, value)
      case 'flush':
        return operators.flush(value === 1)
      case 'after-batch':
        return operators.afterBatch()
      case 'send':
        return this.#outboxes.flushBatches()
      case 'end':
        return void operators.end(position)
    }
  }
}
