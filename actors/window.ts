import type { OperatorActor, OperatorContext, OperatorDefinition, Progress, StateChunk } from '../src/actor/contract.ts'
import { type Key, type Trigger, ValueTable, WindowPane, Windows, type WindowSpec, restoredWatermark } from '../src/actor/operator-kit.ts'
import { WINDOWS_PER_STEP_MAX } from '../src/limits.ts'
import { recordKey } from './record-key.ts'
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

/** A pane as a checkpoint holds it. */
type StoredPane = readonly [
  start: number,
  end: number,
  contents: unknown,
  hasContents: boolean,
  triggerState: unknown,
  eventTimers: readonly number[],
  processingTimers: readonly number[],
]

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
    const table = new ValueTable<StoredPane[]>()
    this.#windows.forEach((pane) => {
      const slot = table.slotOf(pane.key)
      if (!table.has(slot)) table.set(slot, [])
      table.get(slot)!.push(stored(pane))
    })
    return [
      ...[...table.snapshot(keyGroups)].map(([id, value]) => ({ scope: 'group' as const, id, value })),
      { scope: 'all', id: index, value: this.#windows.watermark },
    ]
  }

  restore(chunks: readonly StateChunk[]): void {
    const table = new ValueTable<StoredPane[]>()
    for (const { scope, value } of chunks) if (scope === 'group') table.restore(value as Uint8Array)
    table.forEach((key, panes) => panes.forEach((pane) => this.#windows.restore(restored(key, pane) as WindowPane<never>)))
    this.#windows.restoreWatermark(restoredWatermark(chunks, this.#context))
  }
}

function stored({ start, end, contents, triggerState, eventTimers, processingTimers }: WindowPane<unknown>): StoredPane {
  return [start, end, contents, contents !== undefined, triggerState, eventTimers, processingTimers]
}

function restored(
  key: Key,
  [start, end, contents, hasContents, triggerState, eventTimers, processingTimers]: StoredPane,
): WindowPane<unknown> {
  const pane = new WindowPane<unknown>(key, start, end)
  if (hasContents) pane.contents = contents
  pane.triggerState = triggerState
  pane.eventTimers.push(...eventTimers)
  pane.processingTimers.push(...processingTimers)
  return pane
}

export const window: OperatorDefinition = {
  kind: 'window',
  outputs: ['late'],
  create: (spec, context) => new WindowActor(spec as unknown as WindowOperatorSpec, context),
}
