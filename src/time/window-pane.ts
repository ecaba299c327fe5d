import type { Key } from '../core/key-hash.ts'
import type { TimeWindow } from './window-assigners.ts'

/** What a window of one key holds, and when it wants to be called. Its identity is what timers know. */
export class WindowPane<C> implements TimeWindow {
  readonly key: Key
  readonly start: number
  readonly end: number
  /** Undefined when there is nothing to emit: nothing came yet, or it was purged. */
  contents: C | undefined
  /** What its trigger keeps. */
  triggerState: unknown
  readonly eventTimers: number[] = []
  readonly processingTimers: number[] = []

  constructor(key: Key, start: number, end: number) {
    this.key = key
    this.start = start
    this.end = end
  }

  /** Takes over what another one holds. */
  become({ contents, triggerState, eventTimers, processingTimers }: WindowPane<C>): this {
    this.contents = contents
    this.triggerState = triggerState
    this.eventTimers.splice(0, Infinity, ...eventTimers)
    this.processingTimers.splice(0, Infinity, ...processingTimers)
    return this
  }

  /** True when nothing would be lost with it. */
  get isBlank(): boolean {
    return (
      this.contents === undefined && this.triggerState === undefined && this.eventTimers.length === 0 && this.processingTimers.length === 0
    )
  }
}

/** The windows of one key, by their start. */
export class PaneList<C> {
  readonly panes: WindowPane<C>[] = []

  find(start: number): WindowPane<C> | undefined {
    const pane = this.panes[this.#placeOf(start)]
    return pane?.start === start ? pane : undefined
  }

  insert(pane: WindowPane<C>): void {
    this.panes.splice(this.#placeOf(pane.start), 0, pane)
  }

  delete(pane: WindowPane<C>): void {
    const at = this.panes.indexOf(pane)
    if (at !== -1) this.panes.splice(at, 1)
  }

  /** Takes out the panes that touch a window: those of a session that it belongs to. */
  touching({ start, end }: TimeWindow): readonly WindowPane<C>[] {
    return this.panes.filter((pane) => pane.start <= end && pane.end >= start)
  }

  /** Position of the first pane that starts at `start` or later. */
  #placeOf(start: number): number {
    const { panes } = this
    let from = 0
    let to = panes.length
    // Records come mostly in order, so the last pane is asked first.
    if (to > 0 && panes[to - 1]!.start < start) return to
    while (from < to) {
      const middle = (from + to) >> 1
      if (panes[middle]!.start < start) from = middle + 1
      else to = middle
    }
    return from
  }
}
