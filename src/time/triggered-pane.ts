import type { Clock } from '../core/clock.ts'
import type { Key } from '../core/key-hash.ts'
import type { TimerQueue } from './timer-queue.ts'
import type { TriggerContext } from './triggers.ts'
import type { TimeWindow } from './window-assigners.ts'
import type { WindowPane } from './window-pane.ts'

/** The context of triggers: one object for all panes, which shows the one at hand. */
export class TriggeredPane<C> implements TriggerContext<unknown> {
  watermark = -Infinity
  readonly #eventTimers: TimerQueue<WindowPane<C>>
  readonly #processingTimers: TimerQueue<WindowPane<C>>
  readonly #clock: Clock
  #pane: WindowPane<C> | null = null

  constructor(eventTimers: TimerQueue<WindowPane<C>>, processingTimers: TimerQueue<WindowPane<C>>, clock: Clock) {
    this.#eventTimers = eventTimers
    this.#processingTimers = processingTimers
    this.#clock = clock
  }

  of(pane: WindowPane<C>): TriggerContext<never> & this {
    this.#pane = pane
    return this as TriggerContext<never> & this
  }

  get key(): Key {
    return this.#pane!.key
  }

  get window(): TimeWindow {
    return this.#pane!
  }

  get nowMs(): number {
    return this.#clock.nowMs()
  }

  get state(): unknown {
    return this.#pane!.triggerState
  }

  set state(state: unknown) {
    this.#pane!.triggerState = state
  }

  setEventTimer(time: number): void {
    set(this.#eventTimers, this.#pane!, this.#pane!.eventTimers, time)
  }

  deleteEventTimer(time: number): void {
    unset(this.#eventTimers, this.#pane!, this.#pane!.eventTimers, time)
  }

  setProcessingTimer(time: number): void {
    set(this.#processingTimers, this.#pane!, this.#pane!.processingTimers, time)
  }

  deleteProcessingTimer(time: number): void {
    unset(this.#processingTimers, this.#pane!, this.#pane!.processingTimers, time)
  }

  /** A timer of the window itself: at that time it is forgotten. */
  keepUntil(time: number, byEventTime: boolean): void {
    if (byEventTime) this.setEventTimer(time)
    else this.setProcessingTimer(time)
  }
}

function set<E>(queue: TimerQueue<E>, pane: E, times: number[], time: number): void {
  if (time < Infinity && queue.add(time, pane)) times.push(time)
}

function unset<E>(queue: TimerQueue<E>, pane: E, times: number[], time: number): void {
  if (!queue.delete(time, pane)) return
  times.splice(times.indexOf(time), 1)
}
