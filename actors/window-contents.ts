import type { Emit } from '../src/actor/contract.ts'
import { type AggregateSpecs, lastMsOf } from '../src/actor/operator-kit.ts'
import { type AccumulatorRow, RowAggregator, type WindowContents, WindowPane } from '../src/actor/window-kit.ts'

/** What a window function makes of the records of its windows: 'aggregate' and 'reduce' keep one value, 'process' keeps the records. */
export type WindowFunction =
  | { readonly type: 'aggregate'; readonly specs: AggregateSpecs }
  | { readonly type: 'reduce'; readonly fn: (previous: unknown, record: unknown) => unknown }
  | { readonly type: 'process'; readonly fn: ProcessFunction }

type ProcessFunction = (
  records: readonly unknown[],
  context: { readonly key: unknown; readonly window: { readonly start: number; readonly end: number }; readonly watermark: number },
  emit: (record: unknown) => void,
) => void

/** Contents of windows, and how they become results. */
export interface WindowResults<C> extends WindowContents<C> {
  emit(pane: WindowPane<C>, watermark: number, emit: Emit): void
}

export interface ResultShape {
  /** False for windows over all records. */
  readonly keyed: boolean
  /** False for windows that know no time. */
  readonly timed: boolean
}

/** @param keepLast of each window only so many records count, the last ones; null for all */
export function windowResults(fn: WindowFunction, shape: ResultShape, keepLast: number | null): WindowResults<never> {
  const results = fn.type === 'aggregate' ? aggregating(fn.specs, shape) : fn.type === 'reduce' ? reducing(fn.fn) : processing(fn.fn)
  return (keepLast === null ? results : lastOnly(results as WindowResults<unknown>, keepLast)) as WindowResults<never>
}

/** The time of a window's results; windows that know no time give none. */
function timeOf({ end }: WindowPane<unknown>): number {
  return end === Infinity ? NaN : lastMsOf(end)
}

function aggregating(specs: AggregateSpecs, { keyed, timed }: ResultShape): WindowResults<AccumulatorRow> {
  const rows = new RowAggregator(specs)
  return {
    add: (row = rows.create(), record, key) => {
      rows.add(row, record, key)
      return row
    },
    merge: (a, b) => {
      rows.merge(a, b)
      return a
    },
    copy: (row) => rows.copy(row),
    emit: (pane, _watermark, emit) => {
      const result: Record<string, unknown> = keyed ? { key: pane.key } : {}
      if (timed) {
        result['windowStart'] = pane.start
        result['windowEnd'] = pane.end
      }
      rows.writeResults(pane.contents!, result)
      emit(result, timeOf(pane))
    },
  }
}

/** A value that may be undefined is kept in a box, since contents that are undefined are none. */
interface Box {
  readonly value: unknown
}

function reducing(fn: (previous: unknown, record: unknown) => unknown): WindowResults<Box> {
  return {
    add: (box, record) => ({ value: box === undefined ? record : fn(box.value, record) }),
    merge: (a, b) => ({ value: fn(a.value, b.value) }),
    copy: (box) => box,
    emit: (pane, _watermark, emit) => emit(pane.contents!.value, timeOf(pane)),
  }
}

function processing(fn: ProcessFunction): WindowResults<unknown[]> {
  return {
    ...listing,
    emit: (pane, watermark, emit) => {
      const timestamp = timeOf(pane)
      const { key, start, end } = pane
      // A window may go on after it fired, so its list is its own.
      fn([...pane.contents!], { key, window: { start, end }, watermark }, (record) => emit(record, timestamp))
    },
  }
}

const listing: WindowContents<unknown[]> = {
  add: (records = [], record) => {
    records.push(record)
    return records
  },
  merge: (a, b) => {
    for (const record of b) a.push(record)
    return a
  },
  copy: (records) => [...records],
}

/** Keeps the last records themselves, and makes a result of them when the window fires. */
function lastOnly(results: WindowResults<unknown>, most: number): WindowResults<unknown[]> {
  return {
    add: (records = [], record) => {
      records.push(record)
      if (records.length >= 2 * most) records.splice(0, records.length - most)
      return records
    },
    merge: (a, b) => listing.merge(a, b),
    copy: (records) => listing.copy(records),
    emit: (pane, watermark, emit) => {
      const last = new WindowPane<unknown>(pane.key, pane.start, pane.end)
      for (const record of pane.contents!.slice(-most)) last.contents = results.add(last.contents, record, pane.key)
      results.emit(last, watermark, emit)
    },
  }
}
