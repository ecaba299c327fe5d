import type { Clock } from '../core/clock.ts'
import { ALIGNMENT_LOOK_MS } from '../limits.ts'
import type { AlignedSource } from '../time/aligned-source.ts'
import type { SplitWatermarks } from '../time/split-watermarks.ts'
import type { OperatorContext } from './contract.ts'

/** Keeps one instance of a source from reading too far ahead of the others in its alignment group. */
export class Drift {
  readonly #splits: SplitWatermarks
  readonly #member: AlignedSource
  readonly #clock: Clock
  readonly #wakeAt: OperatorContext['wakeAt']

  constructor(splits: SplitWatermarks, member: AlignedSource, clock: Clock, wakeAt: OperatorContext['wakeAt']) {
    this.#splits = splits
    this.#member = member
    this.#clock = clock
    this.#wakeAt = wakeAt
  }

  /** How far it is now. */
  tell(): void {
    this.#member.publish(this.#splits.isOut ? Infinity : this.#splits.watermark)
  }

  /** It reads no more. */
  leave(): void {
    this.#member.publish(Infinity)
  }

  /** True while nothing is to be read; then the actor is asked again in a moment. Its splits do not become idle by that: their records only wait. */
  holdsBack(): boolean {
    this.tell()
    if (!this.#member.isAhead(this.#splits.watermark)) return false
    const nowMs = this.#clock.monotonicMs()
    this.#splits.standStill(nowMs)
    this.#wakeAt(nowMs + ALIGNMENT_LOOK_MS)
    return true
  }
}
