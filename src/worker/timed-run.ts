import type { Clock } from '../core/clock.ts'
import type { ChainRun } from '../graph/chain-code.ts'
import type { SplitWatermarks } from '../time/split-watermarks.ts'
import type { KeySampling } from './key-sampling.ts'

/** How batches go through the loop of a chain: their event times are watched where the head gives some, and a few of their keys are looked at. */
export class TimedRun {
  readonly #splits: SplitWatermarks | null
  readonly #clock: Clock
  sampling: KeySampling | null = null

  constructor(splits: SplitWatermarks | null, clock: Clock) {
    this.#splits = splits
    this.#clock = clock
  }

  run(loop: ChainRun, split: number, ...rows: Parameters<ChainRun>): void {
    const { sampling } = this
    const splits = this.#splits
    if (splits === null) return void (sampling === null ? loop(...rows) : sampling.run(loop, ...rows))
    const nowMs = this.#clock.monotonicMs()
    splits.select(split, nowMs)
    splits.observe(sampling === null ? loop(...rows) : sampling.run(loop, ...rows), nowMs)
  }
}
