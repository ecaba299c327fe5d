import type { Emit, OperatorActor, OperatorContext, OperatorDefinition, Progress, StateChunk } from '../src/actor/contract.ts'
import type { Key, Trigger, WindowSpec } from '../src/actor/operator-kit.ts'
import { type WindowPane, Windows } from '../src/actor/window-kit.ts'
import { JOIN_RESULTS_PER_STEP_MAX } from '../src/limits.ts'
import { type RecordKey, recordKey } from './record-key.ts'
import { BothContents, type BothSides, type JoinFunction, type JoinResults, joinResults } from './joined-windows.ts'
import { KeyedRowsActor } from './keyed-rows.ts'
import { PlainWindowJoinActor } from './plain-window-join.ts'
import { PaneRows } from './stored-panes.ts'

interface WindowJoinSpec {
  readonly leftKey: RecordKey
  readonly rightKey: RecordKey
  readonly windows: WindowSpec
  readonly time: 'event' | 'processing'
  readonly trigger: Trigger
  readonly allowedLatenessMs: number
  readonly function: JoinFunction
}

/** Joins the records of two sides that fall into one window. Semantics of Apache Flink's `CoGroupedStreams` and `JoinedStreams`: windows over both sides as one. */
class WindowJoinActor extends KeyedRowsActor implements OperatorActor {
  readonly #function: JoinFunction
  readonly #leftKey: (record: unknown) => Key
  readonly #rightKey: (record: unknown) => Key
  readonly #contents = new BothContents()
  readonly #windows: Windows<BothSides, unknown>
  /** Of the window that fired last, when there were too many for one step. */
  #pending: JoinResults | null = null
  /** Results that may still be emitted in this step. */
  #left = Infinity

  constructor(spec: WindowJoinSpec, context: OperatorContext) {
    super(context)
    this.#function = spec.function
    this.#leftKey = recordKey(spec.leftKey, context)
    this.#rightKey = recordKey(spec.rightKey, context)
    const late: readonly [Emit, Emit] = [context.emitTo('lateLeft'), context.emitTo('lateRight')]
    const { windows, time, trigger, allowedLatenessMs } = spec
    this.#windows = new Windows({
      windows,
      time,
      trigger,
      allowedLatenessMs,
      contents: this.#contents,
      clock: context.clock,
      fire: (pane) => this.#fire(pane),
      late: (record, timestamp) => late[this.#contents.isLeft ? 0 : 1](record, timestamp),
      undoes: context.undoes,
      changed: (key) => this.changed?.(key),
      gone: (key) => this.gone?.(key),
    })
    this.keepRows(new PaneRows(this.#windows), (record) => this.#keyOf(record))
  }

  get wakeAtMs(): number {
    return this.isFetching ? Infinity : Math.min(this.#windows.wakeAtMs, this.clockDueElsewhereMs)
  }

  open(): void {
    this.#windows.restoreWatermark(this.context.watermark())
  }

  selectInput(input: number): void {
    this.#contents.isLeft = input === 0
  }

  process(record: unknown, timestamp: number): void {
    const key = this.#keyOf(record)
    this.changed?.(key)
    this.#windows.add(key, record, timestamp)
  }

  undo(): void {
    this.#windows.undo()
  }

  onWatermark(watermark: number): Progress {
    if (!this.#inBounds(() => this.#windows.advance(watermark, 1, this.dueElsewhereMs)) || this.fetchDue(watermark)) return 'more'
    if (watermark < Infinity) return 'done'
    return !this.#inBounds(() => this.#windows.finish(1, this.clockDueElsewhereMs)) || this.fetchClockDue(Infinity) ? 'more' : 'done'
  }

  onTime(nowMs: number): void {
    if (this.#windows.advanceClock(nowMs, 1, this.clockDueElsewhereMs)) this.fetchClockDue(nowMs)
  }

  snapshotInSteps(checkpointId: number): Iterable<StateChunk | null> {
    return this.saveRows(checkpointId)
  }

  restore(chunks: readonly StateChunk[]): Promise<void> {
    return this.restoreRows(chunks)
  }

  #keyOf(record: unknown): Key {
    return this.#contents.isLeft ? this.#leftKey(record) : this.#rightKey(record)
  }

  /** Deals with one window after the other; false when that is not all, but enough for one step. */
  #inBounds(next: () => boolean): boolean {
    this.#left = JOIN_RESULTS_PER_STEP_MAX
    let done = false
    this.#emitPending()
    while (!done && this.#left > 0) {
      done = next()
      this.#left--
    }
    const finished = done && this.#pending === null
    this.#left = Infinity
    return finished
  }

  #fire(pane: WindowPane<BothSides>): void {
    const { key, start, end } = pane
    // The window may go on, so its lists are its own.
    this.#pending = joinResults(this.#function, { key, start, end }, this.#contents.copy(pane.contents!))
    this.#emitPending()
  }

  #emitPending(): void {
    if (this.#pending === null) return
    const { iterator, timestamp } = this.#pending
    for (; this.#left > 0; this.#left--) {
      const { done, value } = iterator.next()
      if (done === true) {
        this.#pending = null
        return
      }
      this.context.emit(value, timestamp)
    }
  }
}

function createJoin(spec: WindowJoinSpec, context: OperatorContext): OperatorActor {
  const { windows, time, trigger, allowedLatenessMs } = spec
  const firesOnce = time === 'event' && allowedLatenessMs === 0 && (trigger as { readonly type?: string }).type === 'eventTime'
  return firesOnce && windows.type === 'sliding' && context.backend.type === 'memory'
    ? new PlainWindowJoinActor({ ...spec, windows }, context)
    : new WindowJoinActor(spec, context)
}

export const windowJoin: OperatorDefinition = {
  kind: 'windowJoin',
  repeats: 'asSets',
  outputs: ['lateLeft', 'lateRight'],
  create: (spec, context) => createJoin(spec as unknown as WindowJoinSpec, context),
}
