import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { defineJob, sink } from '../../src/index.ts'
import { SimulatedDisk, seeds, simulate, type SimulateOptions } from '../../src/testing/index.ts'
import { SINK_TABLE_COMMITS_KEPT } from '../../src/limits.ts'
import type { CommittedTable } from '../../src/state/tables/committed-table.ts'
import { MemoryTables } from '../../src/state/tables/memory-tables.ts'
import { packChanges, packRow } from '../../src/state/tables/row-bytes.ts'
import type { TableTransaction } from '../../src/state/tables/table-store.ts'
import { inTier } from '../tier.ts'

const COUNT = 2_000
const KEYS = 50
const PATH = resolve('table')

interface Row {
  readonly key: string
  readonly n: number
}

/** The newest number of each key; numbers that end in 7 remove theirs. Throws once at each of `failAt`. */
function newest(failAt: readonly number[] = [], count = COUNT) {
  const left = new Set(failAt)
  return defineJob<Record<string, never>, {}>(import.meta, {
    name: 'newest',
    build: ({ source }) => {
      source
        .generate('rows', { count, splits: 1, make: (n): Row => ({ key: `k${n % KEYS}`, n }) })
        .tap(({ n }) => {
          if (left.delete(n)) throw new Error('planned')
        })
        .to(sink.table<Row>({ path: 'table', key: 'key', removes: ({ n }) => n % 7 === 0 }))
      return {}
    },
  })
}

function expectedRows(count = COUNT): Map<string, Row> {
  const rows = new Map<string, Row>()
  for (let n = 0; n < count; n++) {
    if (n % 7 === 0) rows.delete(`k${n % KEYS}`)
    else rows.set(`k${n % KEYS}`, { key: `k${n % KEYS}`, n })
  }
  return rows
}

const options = { seed: 1, checkpointIntervalMs: 3, batchRecords: 32, restart: { maxRestarts: 20 } } satisfies SimulateOptions

const sorted = (rows: ReadonlyMap<unknown, unknown>) => [...rows].toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))

test.each(seeds(inTier(5, 30)))('a table is what it would be without failures, with seed %s', async (seed) => {
  const disk = new SimulatedDisk()
  const { restarts } = await simulate(newest([300, 900, 1_500]), { ...options, seed, disk, workers: 1 + (Number(seed) % 3) })
  expect(restarts).toBeGreaterThan(0)
  expect(sorted(disk.tables.rows(PATH))).toEqual(sorted(expectedRows()))
})

test.each(seeds(inTier(6, 60)))('... over any faults, processes that are killed among them, with seed %s', async (seed) => {
  const disk = new SimulatedDisk()
  await simulate(newest(), { ...options, seed, disk, workers: 2, faults: { throw: 3, worker: 2, kill: 3, 'disk-full': 1, damage: 2 } })
  expect(sorted(disk.tables.rows(PATH))).toEqual(sorted(expectedRows()))
})

test('rows change with checkpoints only, each time by all that the checkpoint holds; the table says which', async () => {
  const disk = new SimulatedDisk()
  await simulate(newest([], Infinity), { ...options, disk, workers: 1, stop: { afterMs: 30 } })
  const rows = [...disk.tables.rows(PATH).values()] as Row[]
  const last = Math.max(...rows.map(({ n }) => n))
  // Those of the newest 7 numbers of which none removes are there: nothing of a commit is missing.
  const expected = [last + 1, last + 2].map((count) => sorted(expectedRows(count)))
  expect(expected).toContainEqual(sorted(disk.tables.rows(PATH)))
  expect(disk.tables.head(PATH)!.checkpoint).toBe(disk.manifests.at(-1)!.id)
  expect(disk.tables.head(PATH)!.lineage).toBe(disk.manifests.at(-1)!.lineage)
})

test('changes of a Table: rows that vanish are removed', async () => {
  const disk = new SimulatedDisk()
  const job = defineJob<Record<string, never>, {}>(import.meta, {
    name: 'kinds',
    build: ({ source }) => {
      const counts = source
        .generate('rows', { count: 300, make: (n) => ({ shop: `s${n % 3}` }) })
        .keyBy('shop')
        .count()
      const bySize = counts.groupBy('count').count()
      bySize.changes().to(sink.table({ path: 'table', key: 'key', changes: true }))
      return {}
    },
  })
  await simulate(job, { ...options, disk, workers: 2 })
  expect([...disk.tables.rows(PATH)]).toEqual([[100, { key: 100, count: 3 }]])
})

test('a key that cannot be one is refused, or left out where the policy says so', async () => {
  const disk = new SimulatedDisk()
  const job = (onError?: 'skip') =>
    defineJob<Record<string, never>, {}>(import.meta, {
      name: 'keys',
      build: ({ source }) => {
        const rows = source.generate('rows', { count: 20, make: (n) => ({ n, key: n % 2 === 0 ? n : 'x'.repeat(501) }) })
        rows.to(sink.table({ path: 'table', key: ({ n, key }) => [key, n % 4 === 0] }), onError && { onError })
        return {}
      },
    })
  const error = await simulate(job(), { ...options, disk, restart: { maxRestarts: 0 } }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'MR_RECORD_REFUSED', operator: 'tableSink-1' })
  await simulate(job('skip'), { ...options, disk: new SimulatedDisk() })
})

test.each([
  ['no path', { key: 'a' }, /needs a path/],
  ['no key', { path: 'x' }, /key/],
  ['changes and removes', { path: 'x', key: 'a', changes: true, removes: () => true }, /has no removes/],
  ['an unknown option', { path: 'x', key: 'a', columns: [] }, /columns/],
])('refused: %s', (_, given, message) => {
  expect(() => sink.table(given as never)).toThrow(message)
})

function commitOf(sequence: number, rows: Readonly<Record<string, number | null>>): TableTransaction {
  const changes = Object.entries(rows).map(([key, row]) => ({ key: [key], row: row === null ? null : packRow(row) }))
  return { sequence, checkpoint: 10 + sequence, rows: packChanges(changes) }
}

function tableOf(commits: readonly TableTransaction[], oldestKept = 0) {
  const tables = new MemoryTables()
  const table: CommittedTable = tables.table('t')
  table.begin('A', null)
  for (const commit of commits) table.commit('A', commit, oldestKept)
  return { table, rows: () => Object.fromEntries(tables.rows('t')) }
}

const COMMITS = [commitOf(0, { a: 1, b: 1 }), commitOf(1, { a: 2, c: 1 }), commitOf(2, { a: null, b: 3 })]

test('a commit counts once, however often it is said', () => {
  const { table, rows } = tableOf(COMMITS)
  for (const commit of COMMITS) table.commit('A', commit, 0)
  expect(rows()).toEqual({ b: 3, c: 1 })
  table.begin('A', { lineage: 'A', next: 3, prepared: COMMITS.slice(1) })
  expect(rows()).toEqual({ b: 3, c: 1 })
  expect(table.head).toMatchObject({ lineage: 'A', sequence: 2, checkpoint: 12 })
})

test('what was prepared is committed by the start that follows', () => {
  const { table, rows } = tableOf(COMMITS.slice(0, 1))
  table.begin('A', { lineage: 'A', next: 3, prepared: COMMITS.slice(1) })
  expect(rows()).toEqual({ b: 3, c: 1 })
})

test('an older checkpoint takes back what came after it', () => {
  const { table, rows } = tableOf(COMMITS)
  table.begin('A', { lineage: 'A', next: 2, prepared: [COMMITS[1]!] })
  expect(rows()).toEqual({ a: 2, b: 1, c: 1 })
  table.begin('A', { lineage: 'A', next: 1, prepared: [] })
  expect(rows()).toEqual({ a: 1, b: 1 })
  expect(table.head).toMatchObject({ sequence: 0, checkpoint: 10 })
  table.begin('A', { lineage: 'A', next: 0, prepared: [] })
  expect(rows()).toEqual({})
})

test('a savepoint begins a lineage of its own, and takes back what came after it; the run that it was taken of has lost the table', () => {
  const { table, rows } = tableOf(COMMITS)
  table.begin('B', { lineage: 'A', next: 2, prepared: [COMMITS[1]!] })
  expect(rows()).toEqual({ a: 2, b: 1, c: 1 })
  expect(() => table.commit('A', commitOf(3, { z: 1 }), 0)).toThrow(/another run/)
  expect(() => table.begin('A', { lineage: 'A', next: 3, prepared: [] })).toThrow(/another run since \(B\)/)
  table.commit('B', commitOf(2, { d: 4 }), 0)
  // Again from the savepoint.
  table.begin('B', { lineage: 'A', next: 2, prepared: [COMMITS[1]!] })
  expect(rows()).toEqual({ a: 2, b: 1, c: 1 })
})

test('a run that begins anew takes the rows that are there, and what it may not go back to', () => {
  const { table, rows } = tableOf(COMMITS)
  table.begin('B', null)
  table.commit('B', commitOf(0, { e: 1 }), 0)
  expect(rows()).toEqual({ b: 3, c: 1, e: 1 })
  expect(() => table.begin('B', { lineage: 'B', next: 0, prepared: [] })).not.toThrow()
  expect(rows()).toEqual({ b: 3, c: 1 })
})

test('refused, and changed in nothing: what cannot be taken back any more, a table that is gone, an older copy', () => {
  const many = Array.from({ length: SINK_TABLE_COMMITS_KEPT + 2 }, (_, n) => commitOf(n, { a: n }))
  const pruned = tableOf(many, 11)
  expect(() => pruned.table.begin('A', { lineage: 'A', next: 1, prepared: [] })).toThrow(/cannot take back commit 1/)
  expect(pruned.rows()).toEqual({ a: many.length - 1 })
  pruned.table.begin('A', { lineage: 'A', next: 2, prepared: [] })
  expect(pruned.rows()).toEqual({ a: 1 })
  const fresh = new MemoryTables().table('t')
  expect(() => fresh.begin('A', { lineage: 'A', next: 1, prepared: [] })).toThrow(/is gone/)
  expect(() => tableOf([]).table.begin('A', { lineage: 'A', next: 3, prepared: [COMMITS[2]!] })).toThrow(/older copy/)
  expect(() => tableOf([]).table.commit('A', COMMITS[2]!, 0)).toThrow(/lacks commit 0/)
})
