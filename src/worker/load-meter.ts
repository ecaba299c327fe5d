import { LOAD_SAMPLE_MS } from '../limits.ts'

/** What somebody did with its time of late. */
export interface LoadShares {
  /** Shares from 0 to 1: it worked; it had something to pass on and no credit for it, a wait that still goes on included. */
  readonly busyShare: number
  readonly blockedShare: number
}

interface Sample {
  atMs: number
  readonly busyMs: Float64Array
  readonly blockedMs: Float64Array
}

/** What the actors of a worker, and the worker itself, do with their time, by the monotonic clock. Costs a few additions a step. */
export class LoadMeter {
  /** By actor; the worker itself comes behind the last one. */
  readonly #busyMs: Float64Array
  readonly #blockedMs: Float64Array
  /** Since when it has been blocked; NaN: it is not. */
  readonly #sinceMs: Float64Array
  readonly #worker: number
  readonly startedMs: number
  /** The newer one is too young to be compared with until there is another. */
  #older: Sample
  #newer: Sample

  constructor(actors: number, nowMs: number) {
    const zeros = (): Float64Array => new Float64Array(actors + 1)
    this.#worker = actors
    this.startedMs = nowMs
    this.#busyMs = zeros()
    this.#blockedMs = zeros()
    this.#sinceMs = zeros().fill(NaN)
    this.#older = { atMs: nowMs, busyMs: zeros(), blockedMs: zeros() }
    this.#newer = { atMs: nowMs, busyMs: zeros(), blockedMs: zeros() }
  }

  /** An actor worked for so long. */
  worked(actor: number, ms: number): void {
    this.#busyMs[actor]! += ms
  }

  /** It cannot go on from now on. */
  blocked(actor: number, nowMs: number): void {
    if (Number.isNaN(this.#sinceMs[actor]!)) this.#sinceMs[actor] = nowMs
  }

  /** It does. */
  goesOn(actor: number, nowMs: number): void {
    const since = this.#sinceMs[actor]!
    if (Number.isNaN(since)) return
    this.#blockedMs[actor]! += nowMs - since
    this.#sinceMs[actor] = NaN
  }

  turnBegins(nowMs: number): void {
    this.goesOn(this.#worker, nowMs)
    if (nowMs - this.#newer.atMs >= LOAD_SAMPLE_MS) this.#sample(nowMs)
  }

  /** @param waits nothing was done, and some actor lacks credit */
  turnEnds(startMs: number, nowMs: number, waits: boolean): void {
    if (waits) this.blocked(this.#worker, nowMs)
    this.#busyMs[this.#worker]! += nowMs - startMs
  }

  /** In ms since the attempt began. */
  busyMs(actor: number = this.#worker): number {
    return this.#busyMs[actor]!
  }

  blockedMs(nowMs: number, actor: number = this.#worker): number {
    const since = this.#sinceMs[actor]!
    return this.#blockedMs[actor]! + (Number.isNaN(since) ? 0 : nowMs - since)
  }

  /** Of the last second or so; of a longer time where the worker slept meanwhile. */
  shares(nowMs: number, actor: number = this.#worker): LoadShares {
    const { atMs, busyMs, blockedMs } = this.#older
    const overMs = Math.max(nowMs - atMs, Number.MIN_VALUE)
    const share = (ms: number): number => Math.min(1, Math.max(0, ms / overMs))
    return {
      busyShare: share(this.#busyMs[actor]! - busyMs[actor]!),
      blockedShare: share(this.blockedMs(nowMs, actor) - blockedMs[actor]!),
    }
  }

  #sample(nowMs: number): void {
    const sample = this.#older
    this.#older = this.#newer
    this.#newer = sample
    sample.atMs = nowMs
    sample.busyMs.set(this.#busyMs)
    for (let actor = 0; actor <= this.#worker; actor++) sample.blockedMs[actor] = this.blockedMs(nowMs, actor)
  }
}
