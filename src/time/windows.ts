import type { Clock } from '../core/clock.ts'
import type { Key } from '../core/key-hash.ts'
import { KeyMap, keptKey } from '../state/key-map.ts'
import { TimerQueue } from './timer-queue.ts'
import { TriggeredPane } from './triggered-pane.ts'
import type { Trigger, TriggerResult } from './triggers.ts'
import { type WindowSpec, checkEventTime, cleanupTime, gapOf, lastMsOf, windowStart } from './window-assigners.ts'
import { PaneList, WindowPane } from './window-pane.ts'

/** What windows hold: records, an accumulator, two lists of a join. */
export interface WindowContents<C, R = unknown> {
  /** The contents with one record more; `undefined` for those of a window without any. May change and return what it is given. */
  add(contents: C | undefined, record: R, key: Key): C
  /** Those of two sessions that became one; `a` is the earlier one. May change and return `a`. */
  merge(a: C, b: C): C
  /** Contents that stay as they are when the original is changed. Called under a policy for bad records only. */
  copy(contents: C): C
}

export interface WindowsOptions<C, R> {
  readonly windows: WindowSpec
  /** The clock that windows go by. Windows that know no time go by neither. */
  readonly time: 'event' | 'processing'
  readonly trigger: Trigger
  readonly allowedLatenessMs: number
  readonly contents: WindowContents<C, R>
  readonly clock: Clock
  /** Emits the results of a window. */
  readonly fire: (pane: WindowPane<C>, watermark: number) => void
  /** A record that came too late for all of its windows. */
  readonly late: (record: R, timestamp: number) => void
  /** True when `undo` may be called. */
  readonly undoes: boolean
  /** A timer of the key is due: what is kept for it changes. */
  readonly changed?: (key: Key) => void
  /** The last pane of the key is gone. */
  readonly gone?: (key: Key) => void
}

/** What the panes of a key were before a record. */
interface Before<C> {
  readonly key: Key
  readonly panes: readonly { readonly pane: WindowPane<C>; readonly kept: WindowPane<C> }[]
}

const WHOLE_TIME = { start: -Infinity, end: Infinity }

/**
 * Windows by key: which records belong to which, when their triggers fire, when they are forgotten. A pane is one window of one key. The general case, with the
 * semantics of Apache Flink's `WindowOperator` and `MergingWindowSet`; nothing in it knows of streams, so that operators with several inputs can use it, too.
 */
export class Windows<C, R> {
  readonly #options: WindowsOptions<C, R>
  readonly #byEventTime: boolean
  readonly #panes = new KeyMap<PaneList<C>>()
  readonly #eventTimers = new TimerQueue<WindowPane<C>>()
  readonly #processingTimers = new TimerQueue<WindowPane<C>>()
  readonly #context: TriggeredPane<C>
  #watermark = -Infinity
  #before: Before<C> | null = null

  constructor(options: WindowsOptions<C, R>) {
    this.#options = options
    this.#byEventTime = options.windows.type !== 'global' && options.time === 'event'
    this.#context = new TriggeredPane(this.#eventTimers, this.#processingTimers, options.clock)
  }

  get watermark(): number {
    return this.#watermark
  }

  /** Time of the clock at which `advanceClock` has something to do; Infinity for never. */
  get wakeAtMs(): number {
    return this.#processingTimers.firstTime
  }

  /** @throws MillraceError MR_EVENT_TIME_MISSING for a record without event time, where windows go by it */
  add(key: Key, record: R, timestamp: number): void {
    const { windows, time, clock, undoes } = this.#options
    if (undoes) this.#remember(key)
    if (windows.type === 'global') return this.#addTo(this.#paneOf(key, WHOLE_TIME.start, WHOLE_TIME.end), record, timestamp)
    if (time === 'event') checkEventTime(timestamp)
    const at = time === 'event' ? timestamp : clock.nowMs()
    const taken =
      windows.type === 'session' ? this.#addToSession(key, record, timestamp, at) : this.#addToSliding(key, record, timestamp, at)
    if (!taken && this.#byEventTime && timestamp + this.#options.allowedLatenessMs <= this.#watermark) this.#options.late(record, timestamp)
  }

  /** The last record was never added. */
  undo(): void {
    if (this.#before === null) return
    const { key, panes } = this.#before
    for (const pane of [...this.panesOf(key)]) {
      this.#dropTimers(pane)
      this.#remove(pane)
    }
    for (const { pane, kept } of panes) this.restore(pane.become(kept))
    this.#before = null
  }

  /**
   * Event time has come to `watermark`. Stops after about `panesMax` timers; false when it has to be called again, with the same watermark.
   *
   * @param until timers that are due later stay
   */
  advance(watermark: number, panesMax: number, until = Infinity): boolean {
    if (watermark > this.#watermark) this.#watermark = this.#context.watermark = watermark
    const { trigger, changed } = this.#options
    const due = Math.min(this.#watermark, until)
    for (let n = 0; n < panesMax; n++) {
      const pane = this.#eventTimers.take(due)
      if (pane === undefined) return true
      changed?.(pane.key)
      const { takenTime } = this.#eventTimers
      forget(pane.eventTimers, takenTime)
      this.#act(pane, trigger.onEventTime?.(takenTime, this.#context.of(pane)) ?? 'continue')
      if (this.#byEventTime && takenTime === this.#cleanupTime(pane)) this.#delete(pane)
    }
    return this.#eventTimers.firstTime > due
  }

  /** The clock has come to `nowMs`. As `advance`. */
  advanceClock(nowMs: number, panesMax: number, until = Infinity): boolean {
    const { trigger, changed } = this.#options
    const due = Math.min(nowMs, until)
    for (let n = 0; n < panesMax; n++) {
      const pane = this.#processingTimers.take(due)
      if (pane === undefined) return true
      changed?.(pane.key)
      const { takenTime } = this.#processingTimers
      forget(pane.processingTimers, takenTime)
      this.#act(pane, trigger.onProcessingTime?.(takenTime, this.#context.of(pane)) ?? 'continue')
      if (!this.#byEventTime && takenTime === this.#cleanupTime(pane)) this.#delete(pane)
    }
    return this.#processingTimers.firstTime > due
  }

  /**
   * The input is over, and the clock will not come to the end of any window: windows in processing time end now. As `advance`. (Apache Flink drops
   * them; nobody would expect that of a job that is drained.)
   */
  finish(panesMax: number, until = Infinity): boolean {
    if (this.#byEventTime || this.#options.windows.type === 'global') return true
    const { trigger, changed } = this.#options
    for (let n = 0; n < panesMax; n++) {
      const pane = this.#processingTimers.take(until)
      if (pane === undefined) return true
      changed?.(pane.key)
      this.#act(pane, trigger.onProcessingTime?.(lastMsOf(pane.end), this.#context.of(pane)) ?? 'continue')
      this.#delete(pane)
    }
    return this.#processingTimers.firstTime > until || this.#processingTimers.firstTime === Infinity
  }

  /** Calls `fn` with every pane. */
  forEach(fn: (pane: WindowPane<C>) => void): void {
    this.#panes.forEach(({ panes }) => panes.forEach(fn))
  }

  /** The panes of a key, by their start. */
  panesOf(key: Key): readonly WindowPane<C>[] {
    return this.#panes.get(key)?.panes ?? []
  }

  /** Calls `fn` with every key that has panes. */
  forEachKey(fn: (key: Key) => void): void {
    this.#panes.forEach((_, key) => fn(key))
  }

  /** Forgets the panes of a key: they are kept elsewhere. */
  drop(key: Key): void {
    for (const pane of this.panesOf(key)) this.#dropTimers(pane)
    this.#panes.delete(key)
  }

  /** Puts back a pane of a snapshot: its contents, the state of its trigger and its timers are set. */
  restore(pane: WindowPane<C>): void {
    this.#listOf(pane.key).insert(pane)
    for (const time of pane.eventTimers) this.#eventTimers.add(time, pane)
    for (const time of pane.processingTimers) this.#processingTimers.add(time, pane)
  }

  /** Goes on from the watermark of a snapshot. */
  restoreWatermark(watermark: number): void {
    this.#watermark = this.#context.watermark = watermark
  }

  #remember(key: Key): void {
    this.#before = null
    const { contents } = this.#options
    const panes = this.panesOf(key).map((pane) => {
      const kept = new WindowPane<C>(pane.key, pane.start, pane.end).become(pane)
      if (kept.contents !== undefined) kept.contents = contents.copy(kept.contents)
      return { pane, kept }
    })
    this.#before = { key, panes }
  }

  /** False when it came too late for all of its windows. */
  #addToSliding(key: Key, record: R, timestamp: number, at: number): boolean {
    const { sizeMs, slideMs, offsetMs } = this.#options.windows as Extract<WindowSpec, { type: 'sliding' }>
    let taken = false
    for (let start = windowStart(at, slideMs, offsetMs); start > at - sizeMs; start -= slideMs) {
      if (this.#isLate(start + sizeMs)) continue
      taken = true
      this.#addTo(this.#paneOf(key, start, start + sizeMs), record, timestamp)
    }
    return taken
  }

  #addToSession(key: Key, record: R, timestamp: number, at: number): boolean {
    const { gapMs } = this.#options.windows as Extract<WindowSpec, { type: 'session' }>
    const window = { start: at, end: at + gapOf(gapMs, record) }
    const merged = this.#panes.get(key)?.touching(window) ?? []
    if (merged.length === 0 && this.#isLate(window.end)) return false
    const only = merged.length === 1 ? merged[0]! : null
    const covers = only !== null && only.start <= window.start && only.end >= window.end
    const pane = covers ? only : this.#mergePanes(key, merged, window.start, window.end)
    this.#addTo(pane, record, timestamp)
    return true
  }

  /** One pane out of sessions that a new one touches, or a new one where there are none. */
  #mergePanes(key: Key, merged: readonly WindowPane<C>[], from: number, to: number): WindowPane<C> {
    const { trigger, contents } = this.#options
    let [start, end] = [from, to]
    for (const pane of merged) [start, end] = [Math.min(start, pane.start), Math.max(end, pane.end)]
    const list = this.#listOf(key)
    const result = new WindowPane<C>(merged[0]?.key ?? keptKey(key), start, end)
    if (merged.length > 0) {
      const states = merged.map(({ triggerState }) => triggerState).filter((state) => state !== undefined)
      trigger.onMerge!(states as never, this.#context.of(result) as never)
    }
    for (const pane of merged) {
      trigger.clear?.(this.#context.of(pane) as never)
      this.#dropTimers(pane)
      list.delete(pane)
      if (pane.contents !== undefined)
        result.contents = result.contents === undefined ? pane.contents : contents.merge(result.contents, pane.contents)
    }
    list.insert(result)
    return result
  }

  #addTo(pane: WindowPane<C>, record: R, timestamp: number): void {
    const { trigger, contents } = this.#options
    pane.contents = contents.add(pane.contents, record, pane.key)
    const result = trigger.onRecord(record as never, timestamp, this.#context.of(pane) as never)
    // The contents of windows that are late, but not too late, are kept until then.
    const cleanup = this.#cleanupTime(pane)
    if (cleanup < Infinity) this.#context.of(pane).keepUntil(cleanup, this.#byEventTime)
    this.#act(pane, result)
  }

  #act(pane: WindowPane<C>, result: TriggerResult): void {
    if (result === 'continue') return
    if (result !== 'purge' && pane.contents !== undefined) this.#options.fire(pane, this.#watermark)
    if (result === 'fire') return
    pane.contents = undefined
    if (pane.isBlank) this.#remove(pane)
  }

  #delete(pane: WindowPane<C>): void {
    this.#options.trigger.clear?.(this.#context.of(pane) as never)
    this.#dropTimers(pane)
    this.#remove(pane)
  }

  #remove(pane: WindowPane<C>): void {
    const list = this.#panes.get(pane.key)
    list?.delete(pane)
    if (list?.panes.length !== 0) return
    this.#panes.delete(pane.key)
    this.#options.gone?.(pane.key)
  }

  #dropTimers(pane: WindowPane<C>): void {
    for (const time of pane.eventTimers) this.#eventTimers.delete(time, pane)
    for (const time of pane.processingTimers) this.#processingTimers.delete(time, pane)
  }

  #paneOf(key: Key, start: number, end: number): WindowPane<C> {
    const list = this.#listOf(key)
    const known = list.find(start)
    if (known !== undefined) return known
    const pane = new WindowPane<C>(list.panes[0]?.key ?? keptKey(key), start, end)
    list.insert(pane)
    return pane
  }

  #listOf(key: Key): PaneList<C> {
    const known = this.#panes.get(key)
    if (known !== undefined) return known
    const list = new PaneList<C>()
    this.#panes.set(keptKey(key), list)
    return list
  }

  #isLate(end: number): boolean {
    return this.#byEventTime && cleanupTime(end, this.#options.allowedLatenessMs) <= this.#watermark
  }

  /** Lateness is a matter of event time. */
  #cleanupTime({ end }: WindowPane<C>): number {
    return cleanupTime(end, this.#byEventTime ? this.#options.allowedLatenessMs : 0)
  }
}

function forget(timers: number[], time: number): void {
  const at = timers.indexOf(time)
  if (at !== -1) timers.splice(at, 1)
}
