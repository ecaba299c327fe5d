import type { OperatorActor, OperatorContext, OperatorDefinition, Progress, StateChunk } from '../src/actor/contract.ts'
import { type Key, type Trigger, type WindowSpec, restoredWatermark } from '../src/actor/operator-kit.ts'
import { Windows } from '../src/actor/window-kit.ts'
import { WINDOWS_PER_STEP_MAX } from '../src/limits.ts'
import { recordKey } from './record-key.ts'
import { loadPanes, savePanes } from './stored-panes.ts'
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
class WindowActor implements OperatorActor {
  readonly #context: OperatorContext
  readonly #keyOf: (record: unknown) => Key
  readonly #windows: Windows<never, unknown>

  constructor(spec: WindowOperatorSpec, context: OperatorContext) {
    this.#context = context
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
    })
  }

  get wakeAtMs(): number {
    return this.#windows.wakeAtMs
  }

  process(record: unknown, timestamp: number): void {
    this.#windows.add(this.#keyOf(record), record, timestamp)
  }

  undo(): void {
    this.#windows.undo()
  }

  onWatermark(watermark: number): Progress {
    if (!this.#windows.advance(watermark, WINDOWS_PER_STEP_MAX)) return 'more'
    return watermark === Infinity && !this.#windows.finish(WINDOWS_PER_STEP_MAX) ? 'more' : 'done'
  }

  onTime(nowMs: number): void {
    this.#windows.advanceClock(nowMs, WINDOWS_PER_STEP_MAX)
  }

  snapshot(): StateChunk[] {
    const { keyGroups, index } = this.#context
    return [...savePanes(this.#windows, keyGroups), { scope: 'all', id: index, value: this.#windows.watermark }]
  }

  restore(chunks: readonly StateChunk[]): void {
    loadPanes(this.#windows, chunks)
    this.#windows.restoreWatermark(restoredWatermark(chunks, this.#context))
  }
}

export const window: OperatorDefinition = {
  kind: 'window',
  outputs: ['late'],
  create: (spec, context) => new WindowActor(spec as unknown as WindowOperatorSpec, context),
}
