import type { Emit, OperatorActor, OperatorContext, Progress, StateChunk } from '../src/actor/contract.ts'
import { type Key, lastMsOf, windowStart, checkEventTime } from '../src/actor/operator-kit.ts'
import { TimeList } from '../src/actor/queue-kit.ts'
import { WindowPane } from '../src/actor/window-kit.ts'
import { JOIN_RESULTS_PER_STEP_MAX } from '../src/limits.ts'
import { type RecordKey, recordKey } from './record-key.ts'
import { type BothSides, type JoinFunction, type JoinResults, joinResults } from './joined-windows.ts'
import { loadPanes, savePanes } from './stored-panes.ts'
import { WindowSides } from './window-sides.ts'

export interface PlainWindowJoinSpec {
  readonly leftKey: RecordKey
  readonly rightKey: RecordKey
  readonly windows: { readonly sizeMs: number; readonly slideMs: number; readonly offsetMs: number }
  readonly function: JoinFunction
}

/** All keys of one stretch of time. */
interface OpenWindow {
  readonly start: number
  readonly sides: WindowSides
}

/**
 * The window join of most jobs: windows of event time that fire once, at their end. A window is what its keys have, without a trigger and timers for each of them; it gives the results
 * of the general case, and its snapshots are of the same form.
 */
export class PlainWindowJoinActor implements OperatorActor {
  readonly #spec: PlainWindowJoinSpec
  readonly #context: OperatorContext
  readonly #leftKey: (record: unknown) => Key
  readonly #rightKey: (record: unknown) => Key
  readonly #late: readonly [Emit, Emit]
  /** By their start; the last one used is asked first. */
  readonly #windows = new TimeList<OpenWindow>()
  #last: OpenWindow | null = null
  /** The window that is over: its keys from `#next` on, and what is left of the one before. */
  #firingStart = NaN
  #firing = new WindowSides()
  #next = 0
  #pending: JoinResults | null = null
  #isLeft = true
  #watermark = -Infinity

  constructor(spec: PlainWindowJoinSpec, context: OperatorContext) {
    this.#spec = spec
    this.#context = context
    this.#leftKey = recordKey(spec.leftKey, context)
    this.#rightKey = recordKey(spec.rightKey, context)
    this.#late = [context.emitTo('lateLeft'), context.emitTo('lateRight')]
  }

  open(): void {
    this.#watermark = this.#context.watermark()
  }

  selectInput(input: number): void {
    this.#isLeft = input === 0
  }

  /** Changes state last: what throws has changed nothing. */
  process(record: unknown, timestamp: number): void {
    const isLeft = this.#isLeft
    const key = isLeft ? this.#leftKey(record) : this.#rightKey(record)
    checkEventTime(timestamp, 'a window join in event time')
    const { sizeMs, slideMs, offsetMs } = this.#spec.windows
    let taken = false
    for (let start = windowStart(timestamp, slideMs, offsetMs); start > timestamp - sizeMs; start -= slideMs) {
      if (lastMsOf(start + sizeMs) <= this.#watermark) continue
      taken = true
      this.#windowAt(start).sides.add(key, record, isLeft)
    }
    if (!taken && timestamp <= this.#watermark) this.#late[isLeft ? 0 : 1](record, timestamp)
  }

  onWatermark(watermark: number): Progress {
    this.#watermark = watermark
    let left = JOIN_RESULTS_PER_STEP_MAX
    for (;;) {
      left = this.#emitPending(left)
      for (; this.#next < this.#firing.size && left > 0; left--) {
        this.#pending = this.#fire(this.#next++)
        left = this.#emitPending(left)
      }
      if (left <= 0) return 'more'
      if (!this.#takeWindow()) return 'done'
    }
  }

  snapshot(): StateChunk[] {
    const { sizeMs } = this.#spec.windows
    const forEach = (fn: (pane: WindowPane<BothSides>) => void): void => {
      for (const { start, sides } of this.#windows.records()) {
        for (let slot = 0; slot < sides.size; slot++) {
          const pane = new WindowPane<BothSides>(sides.keyAt(slot), start, start + sizeMs)
          pane.contents = sides.sidesAt(slot)
          pane.eventTimers.push(lastMsOf(pane.end))
          fn(pane)
        }
      }
    }
    return savePanes({ forEach }, this.#context.keyGroups)
  }

  restore(chunks: readonly StateChunk[]): void {
    const restore = ({ key, start, contents }: WindowPane<BothSides>): void => {
      const { sides } = this.#windowAt(start)
      for (const record of contents?.left ?? []) sides.add(key, record, true)
      for (const record of contents?.right ?? []) sides.add(key, record, false)
    }
    loadPanes({ restore }, chunks)
  }

  #fire(at: number): JoinResults | null {
    const bounds = { key: this.#firing.keyAt(at), start: this.#firingStart, end: this.#firingStart + this.#spec.windows.sizeMs }
    return joinResults(this.#spec.function, bounds, this.#firing.sidesAt(at))
  }

  /** Emits at most `most` results of the pane at hand; gives how many more may follow. */
  #emitPending(most: number): number {
    if (this.#pending === null) return most
    const { iterator, timestamp } = this.#pending
    for (let left = most; left > 0; left--) {
      const { done, value } = iterator.next()
      if (done === true) {
        this.#pending = null
        return left
      }
      this.#context.emit(value, timestamp)
    }
    return 0
  }

  /** Takes the next window that is over; false when there is none. */
  #takeWindow(): boolean {
    const { sizeMs } = this.#spec.windows
    this.#next = 0
    const isOver = this.#windows.size > 0 && lastMsOf(this.#windows.firstTime + sizeMs) <= this.#watermark
    if (!isOver) {
      this.#firing = new WindowSides()
      return false
    }
    const { start, sides } = this.#windows.recordAt(0)
    this.#windows.drop(1)
    this.#last = null
    this.#firingStart = start
    this.#firing = sides
    return true
  }

  #windowAt(start: number): OpenWindow {
    if (this.#last !== null && this.#last.start === start) return this.#last
    const at = this.#windows.firstFrom(start)
    if (at < this.#windows.size && this.#windows.timeAt(at) === start) this.#last = this.#windows.recordAt(at)
    else this.#windows.add(start, (this.#last = { start, sides: new WindowSides() }))
    return this.#last
  }
}
