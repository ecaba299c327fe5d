/** What a queue keeps of a call. */
export interface QueuedCall {
  /** Its result, or its error, is there. */
  settled: boolean
}

interface Segment<C> {
  /** Calls that were not taken, in the order in which they came. */
  readonly calls: Set<C>
  /** Those of them that are settled, in the order in which they became so. */
  readonly settled: C[]
  /** Behind its calls; NaN while none has come. */
  watermark: number
}

/**
 * Calls under way between watermarks. Results leave in the order of their calls, or, unordered, as they come; but never across a watermark, whose place
 * among the records decides what is late. (As Apache Flink's ordered and unordered stream element queues.)
 */
export class CallQueue<C extends QueuedCall> {
  readonly #ordered: boolean
  readonly #segments: Segment<C>[] = [newSegment()]
  #size = 0
  #released = -Infinity

  constructor(ordered: boolean) {
    this.#ordered = ordered
  }

  /** Calls that were not taken. */
  get size(): number {
    return this.#size
  }

  /** The last watermark that nothing is in front of any more. */
  get releasedWatermark(): number {
    return this.#released
  }

  add(call: C): void {
    if (!Number.isNaN(this.#segments.at(-1)!.watermark)) this.#segments.push(newSegment())
    const segment = this.#segments.at(-1)!
    segment.calls.add(call)
    this.#size++
    if (call.settled) segment.settled.push(call)
  }

  addWatermark(watermark: number): void {
    // Without a call between them the later watermark says all.
    this.#segments.at(-1)!.watermark = watermark
    this.#release()
  }

  settle(call: C): void {
    call.settled = true
    if (this.#ordered) return
    for (const segment of this.#segments) if (segment.calls.has(call)) return void segment.settled.push(call)
  }

  /** Takes the next call whose result may leave, if there is one. */
  take(): C | undefined {
    const segment = this.#segments[0]!
    const call = this.#ordered ? segment.calls.values().next().value : segment.settled.shift()
    if (call === undefined || !call.settled) return undefined
    segment.calls.delete(call)
    this.#size--
    this.#release()
    return call
  }

  /** Calls that were not taken, in the order in which they came. */
  calls(): C[] {
    return this.#segments.flatMap(({ calls }) => [...calls])
  }

  /** The last watermark that came, released or not. */
  get lastWatermark(): number {
    return this.#segments.reduce((last, { watermark }) => (watermark > last ? watermark : last), this.#released)
  }

  #release(): void {
    while (this.#segments[0]!.calls.size === 0 && !Number.isNaN(this.#segments[0]!.watermark)) {
      this.#released = this.#segments[0]!.watermark
      if (this.#segments.length > 1) this.#segments.shift()
      else this.#segments[0] = newSegment()
    }
  }
}

function newSegment<C>(): Segment<C> {
  return { calls: new Set(), settled: [], watermark: NaN }
}
