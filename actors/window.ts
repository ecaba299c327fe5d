import type { OperatorActor, OperatorContext, OperatorDefinition, Progress, StateChunk } from '../src/actor/contract.ts'
import { type Key, type Trigger, type WindowSpec, restoredWatermark } from '../src/actor/operator-kit.ts'
import { Windows } from '../src/actor/window-kit.ts'
import { WINDOWS_PER_STEP_MAX } from '../src/limits.ts'
import { recordKey } from './record-key.ts'
import { KeyedRowsActor } from './keyed-rows.ts'
import { PaneRows } from './stored-panes.ts'
import { type WindowFunction, type WindowResults, windowResults } from './window-contents.ts'

interface WindowOperatorSpec {
  /** Null: one group of all records. */
  readonly key: string | ((record: unknown) => Key) | null
  readonly windows: WindowSpec
  readonly time: 'event' | 'processing'
  readonly trigger: Trigger
  readonly allowedLatenessMs: number
  readonly function: WindowFunction
  readonly keepLast: number | null
}

/** Windows in general: any trigger, lateness, late records, records kept. See `src/time/windows.ts`. */
class WindowActor extends KeyedRowsActor implements OperatorActor {
  readonly #keyOf: (record: unknown) => Key
  readonly #windows: Windows<never, unknown>

  constructor(spec: WindowOperatorSpec, context: OperatorContext) {
    super(context)
    this.#keyOf = recordKey(spec.key, context)
    const { windows, time, trigger, allowedLatenessMs } = spec
    const shape = { keyed: spec.key !== null, timed: windows.type !== 'global' }
    const contents: WindowResults<never> = windowResults(spec.function, shape, spec.keepLast)
    this.#windows = new Windows({
      windows,
      time,
      trigger,
      allowedLatenessMs,
      contents,
      clock: context.clock,
      fire: (pane, watermark) => contents.emit(pane, watermark, context.emit),
      late: context.emitTo('late'),
      undoes: context.undoes,
      changed: (key) => this.changed?.(key),
      gone: (key) => this.gone?.(key),
    })
    this.keepRows(new PaneRows(this.#windows), this.#keyOf)
  }

  get wakeAtMs(): number {
    return this.isFetching ? Infinity : Math.min(this.#windows.wakeAtMs, this.clockDueElsewhereMs)
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
    if (!this.#windows.advance(watermark, WINDOWS_PER_STEP_MAX, this.dueElsewhereMs) || this.fetchDue(watermark)) return 'more'
    if (watermark < Infinity) return 'done'
    return !this.#windows.finish(WINDOWS_PER_STEP_MAX, this.clockDueElsewhereMs) || this.fetchClockDue(Infinity) ? 'more' : 'done'
  }

  onTime(nowMs: number): void {
    if (this.#windows.advanceClock(nowMs, WINDOWS_PER_STEP_MAX, this.clockDueElsewhereMs)) this.fetchClockDue(nowMs)
  }

  snapshotInSteps(checkpointId: number): Iterable<StateChunk | null> {
    return this.saveRowsAt(this.#windows.watermark, checkpointId)
  }

  restore(chunks: readonly StateChunk[]): Promise<void> {
    this.#windows.restoreWatermark(restoredWatermark(chunks, this.context))
    return this.restoreRows(chunks)
  }
}

export const window: OperatorDefinition = {
  kind: 'window',
  repeats: 'asSets',
  outputs: ['late'],
  create: (spec, context) => new WindowActor(spec as unknown as WindowOperatorSpec, context),
}
