import type { Outbox } from '../channel/outbox.ts'
import type { Clock } from '../core/clock.ts'
import { LatencyHistogram } from '../core/latency-histogram.ts'

/** How long records are under way from a source to an actor, by markers that travel with them. */
export interface LatencyStats {
  /** Name of the source. */
  readonly source: string
  /** Markers that came since the attempt began. */
  readonly count: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** Of the newest ones only, up to 64: how it is now. */
  readonly recent: { readonly p50Ms: number; readonly p99Ms: number }
}

export interface LatencyParts {
  readonly everyMs: number
  /** Number of the actor's source in the graph; null for actors that are none. */
  readonly source: number | null
  readonly nameOf: (source: number) => string
  readonly clock: Clock
  readonly outboxes: readonly Outbox[]
}

const RECENT = 64

/** How old the markers of one source were. */
class Ages extends LatencyHistogram {
  readonly #newest = new Float64Array(RECENT)

  override record(ms: number): void {
    this.#newest[this.count % RECENT] = ms
    super.record(ms)
  }

  get recent(): LatencyStats['recent'] {
    const sorted = this.#newest.slice(0, Math.min(RECENT, this.count)).sort()
    const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1]!
    return { p50Ms: at(0.5), p99Ms: at(0.99) }
  }
}

/** A marker is one number: its time in ms, modulo 2^41 (69 years), and below that its source. */
const SOURCES = 2 ** 12
const TIMES = 2 ** 41

/**
 * Latency markers of one actor. A source sends one behind a batch, when the last was long enough ago; others note how old it is and send it on. They keep their place
 * among the frames of their channels, and each goes on in one channel of every edge, so that they do not multiply.
 */
export class LatencyMarkers {
  readonly #parts: LatencyParts
  readonly #histograms = new Map<number, Ages>()
  #dueMs = -Infinity

  constructor(parts: LatencyParts) {
    this.#parts = parts
  }

  /** Sources: records were read. Beyond 4,096 operators of a graph they send none. */
  afterBatch(): void {
    const { source, clock, everyMs } = this.#parts
    if (source === null || source >= SOURCES) return
    const nowMs = Math.floor(clock.nowMs())
    if (nowMs < this.#dueMs) return
    this.#dueMs = nowMs + everyMs
    this.#send((nowMs % TIMES) * SOURCES + source)
  }

  /** A marker came: everything that was in front of it has been processed. */
  receive(marker: number): void {
    const source = marker % SOURCES
    const elapsedMs = ((Math.floor(this.#parts.clock.nowMs()) % TIMES) - (marker - source) / SOURCES + TIMES) % TIMES
    const histogram = this.#histograms.get(source) ?? new Ages()
    this.#histograms.set(source, histogram)
    // The machine's clock may have been set back.
    histogram.record(elapsedMs < TIMES / 2 ? elapsedMs : 0)
    this.#send(marker)
  }

  get stats(): readonly LatencyStats[] {
    return [...this.#histograms].map(([source, histogram]) => ({
      source: this.#parts.nameOf(source),
      count: histogram.count,
      p50Ms: histogram.quantile(0.5),
      p99Ms: histogram.quantile(0.99),
      maxMs: histogram.max,
      recent: histogram.recent,
    }))
  }

  #send(marker: number): void {
    for (const outbox of this.#parts.outboxes) outbox.latency(marker % SOURCES, marker)
  }
}
