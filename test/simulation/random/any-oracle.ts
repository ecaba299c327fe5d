import { expectedPairs } from '../../joins/oracle.ts'
import { expectedRows } from '../../windows/oracle.ts'
import { reading, type Reading, type Row } from '../../windows/jobs/windows-job.ts'
import { type AnyConfig, BUCKET_MS, type Piece, joinConfig, roundOf, windowConfig } from './any-job.ts'

export function readingsOf(config: AnyConfig): Reading[] {
  return Array.from({ length: config.count }, (_, n) => reading(n, windowConfig(config)))
}

function groupedBy<T, K>(all: readonly T[], key: (one: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const one of all) {
    const its = groups.get(key(one)) ?? groups.set(key(one), []).get(key(one))!
    its.push(one)
  }
  return groups
}

const sumOf = (readings: readonly Reading[]): number => readings.reduce((sum, { value }) => sum + value, 0)

function bucketsOf(readings: readonly Reading[]): { key: string | number; end: number; its: Reading[] }[] {
  return [...groupedBy(readings, ({ key }) => key)].flatMap(([key, its]) =>
    [...groupedBy(its, ({ at }) => (Math.floor(at / BUCKET_MS) + 1) * BUCKET_MS)].map(([end, inIt]) => ({ key, end, its: inIt })),
  )
}

/** Rows of an oracle of windows, which are texts of lists, as the job's. */
function rowOfText(text: string, all: boolean): Row {
  const [key, windowStart, windowEnd, n, sum, least] = JSON.parse(text) as [string | number, number, number, number, number, number]
  return { ...(all ? {} : { key }), windowStart, windowEnd, n, sum, least }
}

function recordsOf(piece: Piece, config: AnyConfig): unknown[] {
  const readings = readingsOf(config)
  const byKey = groupedBy(readings, ({ key }) => key)
  switch (piece.type) {
    case 'sums':
      return [...byKey].map(([key, its]) => ({ key, sum: sumOf(its) }))
    case 'steps':
      return [...byKey].flatMap(([key, its]) => its.map((_, i) => ({ key, n: i + 1 })))
    case 'rounds':
      return [...groupedBy([...byKey.values()], (its) => roundOf(its.length))].map(([key, groups]) => ({ key, keys: groups.length }))
    case 'changes':
      return [...byKey].map(([key, its]) => ({ key, count: its.length }))
    case 'async':
    case 'strict':
      return readings.map(({ id }) => ({ id }))
    case 'windows':
      return expectedRows(windowConfig(config, piece)).map((text) => rowOfText(text, piece.all))
    case 'timers':
      return bucketsOf(readings).map(({ key, end, its }) => ({ key, end, ids: its.map(({ id }) => id) }))
    case 'lenient':
    case 'pushed':
      return bucketsOf(readings).map(({ key, end, its }) => ({
        key,
        windowStart: end - BUCKET_MS,
        windowEnd: end,
        n: its.length,
        sum: sumOf(its),
      }))
    case 'join':
      return expectedPairs(joinConfig(config, piece.shape)).map((text) => JSON.parse(text) as unknown)
  }
}

type Window = { readonly key: string | number; readonly windowStart: number; readonly n: number; readonly sum: number }

/** Windows fire again for every late record: the last result is the one with all of them. */
function fullest(rows: readonly Window[]): unknown {
  const best = new Map<string, Window>()
  for (const row of rows) {
    const name = `${row.key} ${row.windowStart}`
    if ((best.get(name)?.n ?? 0) <= row.n) best.set(name, row)
  }
  return [...best.values()].toSorted((a, b) => a.windowStart - b.windowStart || (`${a.key}` < `${b.key}` ? -1 : 1))
}

type Counted = { readonly key: string | number; readonly count: number }

/** A table tells fewer changes in larger batches; the last one of each key is what it comes to. */
function highest(rows: readonly Counted[]): unknown {
  const best = new Map<string | number, number>()
  for (const { key, count } of rows) best.set(key, Math.max(count, best.get(key) ?? 0))
  return [...best].toSorted(([a], [b]) => (`${a}` < `${b}` ? -1 : 1))
}

const VIEWS: Partial<Record<Piece['type'], (rows: never) => unknown>> = { lenient: fullest, changes: highest }

/** What the job commits, by outlet, by plain loops; and how outlets are looked at whose records depend on the schedule. */
export function oracleOf(config: AnyConfig): {
  expected: Record<string, unknown[]>
  views: Record<string, (rows: readonly unknown[]) => unknown>
} {
  const named = config.pieces.map((piece, i) => [`${piece.type}${i}`, piece] as const)
  return {
    expected: Object.fromEntries(named.map(([name, piece]) => [name, recordsOf(piece, config)])),
    views: Object.fromEntries(
      named.flatMap(([name, { type }]) =>
        VIEWS[type] === undefined ? [] : [[name, VIEWS[type] as (rows: readonly unknown[]) => unknown]],
      ),
    ),
  }
}
