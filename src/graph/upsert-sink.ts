import { onlyKnown } from '../core/known-options.ts'
import type { Key } from '../core/key.ts'
import { MillraceError } from '../errors.ts'
import {
  ASYNC_TIMEOUT_MS_DEFAULT,
  SINK_UPSERT_ATTEMPTS_DEFAULT,
  SINK_UPSERT_IN_FLIGHT_DEFAULT,
  SINK_UPSERT_ROWS_DEFAULT,
} from '../limits.ts'
import { type AsyncCall, type AsyncOptions, asyncSpec } from './async-options.ts'
import { checkFunction } from './check-function.ts'
import * as check from './check-sink.ts'
import type { SinkSpec } from './sinks.ts'

/** Of a change of a Table, as `changes()` gives them. */
export type RowOf<T> = T extends { readonly kind: string; readonly row: infer R } ? R : never

/** The newest row of a key; null: there is none any more. */
export type Upsert<T> = readonly [key: Key, row: T | null]

/** Told to the function of `sink.upsert`. */
export interface UpsertCall extends AsyncCall {
  /** Number of the sink's instance, from 0. */
  readonly index: number
}

interface UpsertSettings<R> extends Pick<AsyncOptions, 'timeoutMs' | 'retry'> {
  /**
   * Writes rows by key: what it writes twice must be the same as what it writes once. All keys of a call are different, and none is in another call that is under way. A
   * call is over when its promise is settled, so it must give up when `call.signal` says so.
   */
  readonly write: (rows: Upsert<R>[], call: UpsertCall) => unknown
  /** Rows of one call, at most. Default 500. */
  readonly batchRecords?: number
  /** Calls of one instance at a time. Default 4. */
  readonly inFlight?: number
}

export interface UpsertOptions<T> extends UpsertSettings<T> {
  readonly key: (keyof T & string) | ((record: T) => Key)
  /** True for a record that removes the row of its key. Default: each is the new row. */
  readonly removes?: (record: T) => boolean
  readonly changes?: false
}

/** For what `changes()` of a Table gives: 'insert' and 'update-after' are the new row, 'delete' removes it. */
export interface UpsertChangesOptions<T> extends UpsertSettings<RowOf<T>> {
  readonly key: (keyof RowOf<T> & string) | ((row: RowOf<T>) => Key)
  readonly changes: true
}

const RULES = { key: 1, removes: 1, changes: 1 } as const

/** How a sink of rows by key reads its records: the part of its options that says so, checked. */
export function rowRules(
  name: string,
  given: { readonly key?: unknown; readonly removes?: unknown; readonly changes?: boolean },
): Record<string, unknown> {
  const { key, removes, changes = false } = given
  const keyOf = typeof key === 'string' ? (record: unknown) => (record as Record<string, unknown>)[key] : checkFunction(key, `${name} key`)
  if (removes !== undefined) checkFunction(removes, `${name} removes`)
  if (changes && removes !== undefined)
    throw new MillraceError('MR_OPTION_INVALID', `${name} with changes: true has no removes: they say it`)
  return { key: keyOf, changes, ...(removes !== undefined && { removes }) }
}

export function upsertSink<T>(options: UpsertChangesOptions<T>): SinkSpec<T>
export function upsertSink<T>(options: UpsertOptions<T>): SinkSpec<T>
export function upsertSink<T>(options: UpsertOptions<T> | UpsertChangesOptions<T>): SinkSpec<T> {
  onlyKnown('sink.upsert', options, { ...RULES, write: 1, batchRecords: 1, inFlight: 1, timeoutMs: 1, retry: 1 })
  const { write, batchRecords = SINK_UPSERT_ROWS_DEFAULT, inFlight = SINK_UPSERT_IN_FLIGHT_DEFAULT } = options ?? {}
  const { timeoutMs = ASYNC_TIMEOUT_MS_DEFAULT, retry } = options ?? {}
  check.integer('sink.upsert batchRecords', batchRecords, 1_000_000)
  const calls = asyncSpec({ inFlight, timeoutMs, retry: { attempts: SINK_UPSERT_ATTEMPTS_DEFAULT, ...retry } }, 'sink.upsert')
  const spec = {
    ...rowRules('sink.upsert', options ?? {}),
    write: checkFunction(write, 'sink.upsert write'),
    batchRecords,
    inFlight: calls['inFlight'],
    timeoutMs: calls['timeoutMs'],
    retry: calls['retry'],
  }
  return { kind: 'upsertSink', parallelism: 'workers', spec, guarantee: 'effectively-once' }
}
