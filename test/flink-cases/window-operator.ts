import { type Stream, type Trigger, type WindowAssigner, trigger, window } from '../../src/index.ts'
import type { KitBuilt, KitContext } from '../../src/testing/index.ts'

/** A trigger as data. 'scripted' is one of the user's own: what it answers is found in the record, or by the time of its timer. */
export type TriggerSpec =
  | { readonly type: 'eventTime' | 'processingTime' | 'never' }
  | { readonly type: 'count'; readonly n: number }
  | { readonly type: 'continuousEventTime' | 'continuousProcessingTime'; readonly everyMs: number }
  | { readonly type: 'delta'; readonly threshold: number }
  | { readonly type: 'purging'; readonly inner: TriggerSpec }
  | { readonly type: 'own'; readonly own: Trigger<Keyed, never> | Trigger<Keyed, unknown> }

export type WindowsSpec =
  | { readonly type: 'tumbling'; readonly sizeMs: number; readonly offsetMs?: number }
  | { readonly type: 'sliding'; readonly sizeMs: number; readonly slideMs: number; readonly offsetMs?: number }
  | { readonly type: 'session'; readonly gapMs: number }
  /** The gap of a record is what a function makes of it. */
  | { readonly type: 'dynamic session'; readonly gapOf: (record: Keyed) => number }
  | { readonly type: 'global' }

export interface WindowOperatorSpec {
  readonly type: 'window'
  readonly windows: WindowsSpec
  readonly time?: 'processing'
  readonly trigger?: TriggerSpec
  readonly latenessMs?: number
  /** Late records are an output. */
  readonly late?: true
  /** Over all records, not by key. */
  readonly all?: true
  /** What windows keep: sums that carry no window ('reduce'), sums with their window ('process': all records are kept; 'aggregate'). */
  readonly keeps: 'reduce' | 'process' | 'aggregate'
}

/** Records of all window cases. */
export interface Keyed {
  readonly key: string
  readonly value: number
}

export function windowPiece(spec: WindowOperatorSpec): (context: KitContext) => KitBuilt {
  const { latenessMs, time, late } = spec
  return ({ input }): KitBuilt => {
    const records = input<Keyed>()
    const assigner = assignerOf(spec.windows)
    const options = {
      ...(time && { time }),
      ...(spec.trigger && { trigger: triggerOf(spec.trigger) }),
      ...(latenessMs !== undefined && { allowedLatenessMs: latenessMs }),
      lateRecords: late === true ? 'output' : 'drop',
    } as const
    const windowed = spec.all === true ? records.windowAll(assigner, options) : records.keyBy('key').window(assigner, options)
    const out = resultsOf(windowed as unknown as Windowed, spec)
    return late === true ? { out: out.results, late: out.late } : { out: out as unknown as Stream<unknown> }
  }
}

type Out = { readonly results: Stream<unknown>; readonly late: Stream<Keyed> }
type Row = { readonly key?: string; readonly windowStart: number; readonly windowEnd: number; readonly sum: number }

/** Windows of any kind, as far as they are the same. */
interface Windowed {
  reduce(fn: (a: Keyed, b: Keyed) => Keyed): Out
  aggregate(define: (a: { sum(field: 'value'): unknown }) => unknown): Out
  process(fn: (records: readonly Keyed[], window: { window: { start: number; end: number } }, emit: (row: Row) => void) => void): Out
}

function resultsOf(windowed: Windowed, { keeps, windows, all }: WindowOperatorSpec): Out {
  const bounds = ({ windowStart, windowEnd }: Row): object => (windows.type === 'global' ? {} : { start: windowStart, end: windowEnd })
  const shown = (row: Row): object => ({ key: row.key ?? 'all', sum: row.sum, ...bounds(row) })
  if (keeps === 'reduce') {
    const reduced = windowed.reduce((a, b) => ({ key: a.key, value: a.value + b.value }))
    return mapped(reduced, ({ key, value }: Keyed) => ({ key: all === true ? 'all' : key, sum: value }))
  }
  if (keeps === 'aggregate')
    return mapped(
      windowed.aggregate((a) => ({ sum: a.sum('value') })),
      shown,
    )
  const processed = windowed.process((records, { window: { start, end } }, emit) => {
    const sum = records.reduce((total, { value }) => total + value, 0)
    emit({ key: records[0]!.key, windowStart: start, windowEnd: end, sum })
  })
  return mapped(processed, shown)
}

function mapped(out: Out, fn: (row: never) => object): Out {
  const map = (results: Stream<unknown>): Stream<unknown> => results.map(fn as (row: unknown) => unknown)
  return 'late' in out ? { results: map(out.results), late: out.late } : (map(out as unknown as Stream<unknown>) as unknown as Out)
}

function assignerOf(spec: WindowsSpec): WindowAssigner<Keyed, 'time'> {
  switch (spec.type) {
    case 'tumbling':
      return window.tumbling({ sizeMs: spec.sizeMs, offsetMs: spec.offsetMs ?? 0 })
    case 'sliding':
      return window.sliding({ sizeMs: spec.sizeMs, slideMs: spec.slideMs, offsetMs: spec.offsetMs ?? 0 })
    case 'session':
      return window.session({ gapMs: spec.gapMs })
    case 'dynamic session':
      return window.session({ gapMs: spec.gapOf })
    case 'global':
      return window.global() as never
  }
}

function triggerOf(spec: TriggerSpec): Trigger<Keyed, never> {
  switch (spec.type) {
    case 'count':
      return trigger.count(spec.n) as never
    case 'continuousEventTime':
    case 'continuousProcessingTime':
      return trigger[spec.type](spec.everyMs) as never
    case 'delta':
      return trigger.delta<Keyed>(spec.threshold, (last, record) => record.value - last.value) as never
    case 'purging':
      return trigger.purging(triggerOf(spec.inner))
    case 'own':
      return spec.own as never
    default:
      return trigger[spec.type]() as never
  }
}
