import { type WatermarkGenerator, type WatermarkStrategy, boundedWatermark } from './watermark-strategy.ts'

interface Split {
  readonly generator: WatermarkGenerator | null
  largest: number
  watermark: number
  lastRecordMs: number
  idle: boolean
}

/** In place of a split's number: all that an instance reads, where its splits are not told apart. */
export const WHOLE_INSTANCE = -1

/** What a checkpoint keeps of a split's time. */
export interface SplitTime {
  readonly largest: number
  readonly watermark: number
  readonly idle: boolean
  readonly generator?: unknown
}

/**
 * Watermarks where records enter, one for each split: the actor's is the smallest over its splits that are not idle, or the largest when all of them are. A split that is known but was not
 * read yet holds the watermark back; one that has ended does not. Times of reading are those of a clock that nobody sets.
 */
export class SplitWatermarks {
  readonly #strategy: WatermarkStrategy
  readonly #splits = new Map<number, Split>()
  #selected: Split | null = null
  #watermark = -Infinity
  #idle = false
  #hasClosed = false

  constructor(strategy: WatermarkStrategy) {
    this.#strategy = strategy
  }

  get watermark(): number {
    return this.#watermark
  }

  /** True while every split is idle. */
  get idle(): boolean {
    return this.#idle
  }

  /** True while there is nothing here that others would have to wait for: every split is idle, or was read to its end. */
  get isOut(): boolean {
    return this.#idle || (this.#hasClosed && this.#splits.size === 0)
  }

  /** The time at which a split may turn out to be idle; Infinity when none can. */
  get wakeAtMs(): number {
    const { idleAfterMs } = this.#strategy
    let first = Infinity
    if (idleAfterMs !== Infinity)
      for (const { idle, lastRecordMs } of this.#splits.values()) if (!idle) first = Math.min(first, lastRecordMs)
    return first + idleAfterMs
  }

  /** A split that this actor reads. */
  open(split: number, nowMs: number): void {
    if (this.#splits.has(split)) return
    const { create } = this.#strategy
    const generator = typeof create === 'function' ? create() : null
    this.#splits.set(split, { generator, largest: -Infinity, watermark: -Infinity, lastRecordMs: nowMs, idle: false })
  }

  /** A split was read to its end. */
  close(split: number): void {
    this.#splits.delete(split)
    this.#hasClosed = true
  }

  /** Nothing is read on purpose: no split becomes idle by that. */
  standStill(nowMs: number): void {
    for (const entry of this.#splits.values()) entry.lastRecordMs = nowMs
  }

  /** The records that follow are of this split. */
  select(split: number, nowMs: number): void {
    this.open(split, nowMs)
    this.#selected = this.#splits.get(split)!
  }

  /** True when `onRecord` wants to see every record. */
  get seesRecords(): boolean {
    return typeof this.#strategy.create === 'function'
  }

  /** A record of the selected split. */
  onRecord(record: unknown, timestamp: number): void {
    this.#selected!.generator!.onRecord(record as never, timestamp)
  }

  /** Records of the selected split were read; `largest` is the largest of their event times, -Infinity when none has one. */
  observe(largest: number, nowMs: number): void {
    const entry = this.#selected!
    entry.lastRecordMs = nowMs
    entry.idle = false
    if (largest > entry.largest) entry.largest = largest
    const watermark = this.#watermarkOf(entry)
    if (watermark > entry.watermark) entry.watermark = watermark
  }

  /** Looks again at all splits. True when the watermark, or whether the actor is idle, has changed. */
  update(nowMs: number): boolean {
    const { idleAfterMs } = this.#strategy
    let minimum = Infinity
    let largest = -Infinity
    let idle = this.#splits.size > 0
    for (const entry of this.#splits.values()) {
      if (!entry.idle && nowMs - entry.lastRecordMs >= idleAfterMs) entry.idle = true
      largest = Math.max(largest, entry.watermark)
      if (entry.idle) continue
      idle = false
      minimum = Math.min(minimum, entry.watermark)
    }
    // When nobody reads any more, it does not matter who stopped first.
    const reached = idle ? largest : minimum
    const advances = this.#splits.size > 0 && reached > this.#watermark
    const changed = advances || idle !== this.#idle
    if (advances) this.#watermark = reached
    this.#idle = idle
    return changed
  }

  /** By split, WHOLE_INSTANCE included. */
  snapshot(): Map<number, SplitTime> {
    return new Map(
      [...this.#splits].map(([split, { largest, watermark, idle, generator }]) => {
        const state = generator?.snapshot?.()
        return [split, { largest, watermark, idle, ...(state === undefined ? {} : { generator: state }) }]
      }),
    )
  }

  restore(split: number, time: SplitTime, nowMs: number): void {
    this.open(split, nowMs)
    const entry = this.#splits.get(split)!
    entry.largest = time.largest
    entry.watermark = time.watermark
    entry.idle = time.idle
    if (time.generator !== undefined) entry.generator?.restore?.(time.generator)
  }

  /** Goes on from the watermark of a checkpoint. */
  restoreWatermark(watermark: number): void {
    this.#watermark = watermark
  }

  /** After `restore`: true when every split was idle. The watermark stays what it was, since more splits may be opened. */
  resumeIdle(): boolean {
    this.#idle = this.#splits.size > 0 && [...this.#splits.values()].every(({ idle }) => idle)
    return this.#idle
  }

  #watermarkOf({ generator, largest }: Split): number {
    if (generator !== null) return generator.watermark()
    return this.#strategy.create === 'none' ? -Infinity : boundedWatermark(largest, this.#strategy.disorderMs)
  }
}
