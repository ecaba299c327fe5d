/**
 * The event time of an actor with several channels: the smallest watermark of those that are active. A channel that is idle holds nothing back; one
 * that comes back behind the others counts again once it has caught up, since a watermark never goes back. When all are idle, the
 * largest watermark holds. (Semantics of Apache Flink's `StatusWatermarkValve`.)
 */
export class WatermarkMerge {
  readonly #watermarks: Float64Array
  readonly #idle: Uint8Array
  readonly #aligned: Uint8Array
  #current = -Infinity
  #allIdle = false

  constructor(channels: number) {
    this.#watermarks = new Float64Array(channels).fill(-Infinity)
    this.#idle = new Uint8Array(channels)
    this.#aligned = new Uint8Array(channels).fill(1)
  }

  /** No record with this event time or an earlier one is to be expected, in ms since 1970; -Infinity at the beginning. */
  get watermark(): number {
    return this.#current
  }

  /** True while every channel is idle. */
  get idle(): boolean {
    return this.#allIdle
  }

  /** A channel brought a watermark. */
  advance(channel: number, watermark: number): void {
    if (this.#idle[channel] === 1 || !(watermark > this.#watermarks[channel]!)) return
    this.#watermarks[channel] = watermark
    if (watermark >= this.#current) this.#aligned[channel] = 1
    this.#toMinimum()
  }

  /** A channel went idle, or is active again. */
  setIdle(channel: number, idle: boolean): void {
    if (idle === (this.#idle[channel] === 1)) return
    this.#idle[channel] = idle ? 1 : 0
    if (!idle) {
      if (this.#watermarks[channel]! >= this.#current) this.#aligned[channel] = 1
      this.#allIdle = false
      return
    }
    this.#aligned[channel] = 0
    this.#allIdle = this.#idle.every((flag) => flag === 1)
    if (this.#watermarks[channel] !== this.#current) return
    if (this.#allIdle) this.#current = this.#watermarks.reduce((a, b) => Math.max(a, b), this.#current)
    else this.#toMinimum()
  }

  /** A channel ended: nothing more comes from it, whatever its time. */
  end(channel: number): void {
    this.setIdle(channel, false)
    this.advance(channel, Infinity)
  }

  /** Goes on from the watermark of a checkpoint, which every channel had reached. */
  restore(watermark: number): void {
    this.#current = watermark
    this.#watermarks.fill(watermark)
  }

  #toMinimum(): void {
    let minimum = Infinity
    let any = false
    for (let channel = 0; channel < this.#aligned.length; channel++) {
      if (this.#aligned[channel] === 0) continue
      any = true
      minimum = Math.min(minimum, this.#watermarks[channel]!)
    }
    if (any && minimum > this.#current) this.#current = minimum
  }
}
