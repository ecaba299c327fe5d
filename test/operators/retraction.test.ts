import { expect, expectTypeOf, test } from 'vitest'
import { type Change, defineJob, type GroupedTable, type Table } from '../../src/index.ts'
import { runToEnd, seeds, simulate } from '../../src/testing/index.ts'
import job, { oracle } from './jobs/retraction-job.ts'
import { inTier } from '../tier.ts'

const COUNT = 3_000

interface Keyed {
  readonly key: unknown
}

const byKey = <R extends Keyed>(rows: readonly R[]): R[] => rows.toSorted((a, b) => (String(a.key) < String(b.key) ? -1 : 1))

/** Follows changes as their reader would: each has to fit what is known of its row. */
function follow<R extends Keyed>(changes: readonly Change<R>[]): R[] {
  const rows = new Map<unknown, R>()
  for (const { kind, row } of changes) {
    const known = rows.get(row.key)
    if (kind === 'insert') expect(known).toBeUndefined()
    else if (kind !== 'update-after') expect(row).toEqual(known)
    if (kind === 'delete') rows.delete(row.key)
    else rows.set(row.key, row)
  }
  return byKey([...rows.values()])
}

const ROUTES = [
  { workers: 1 },
  { workers: 2 },
  { workers: 3, batchRecords: 7 },
  { workers: 2, chaining: 'off', transport: 'ring' },
  { workers: 3, codec: 'interpreted', lingerMs: 0 },
  { workers: 2, backend: { type: 'lmdb', cacheBytes: 1024 } },
  { workers: 3, backend: { type: 'lmdb', cacheBytes: 1024 }, codec: 'interpreted', batchRecords: 7 },
] as const

test.each(ROUTES)('tables of tables are exact, and their changes lead to them, with %o', async (options) => {
  const { outlets } = await simulate(job, { ...options, seed: 3, config: { count: COUNT, throwAt: [], run: 'plain' } })
  const { perUser, classes, sizes, total } = oracle(COUNT)
  expect(byKey(outlets.perUser)).toEqual(byKey(perUser))
  expect(byKey(outlets.classes)).toEqual(byKey(classes))
  expect(byKey(outlets.sizes)).toEqual(byKey(sizes))
  expect(outlets.total).toEqual(total)
  expect(follow(outlets.userChanges)).toEqual(byKey(perUser))
  expect(follow(outlets.classChanges)).toEqual(byKey(classes))
  const newest = [...new Map(outlets.classRows.map((row) => [row.key, row])).values()]
  expect(byKey(newest.filter(({ count }) => count > 0))).toEqual(byKey(classes.map(({ key, users }) => ({ key, count: users }))))
})

test('with batches of one record rows vanish and come back', async () => {
  const { outlets } = await simulate(job, {
    workers: 2,
    seed: 1,
    batchRecords: 1,
    lingerMs: 0,
    config: { count: 600, throwAt: [], run: 'one' },
  })
  const kinds = new Set(outlets.classChanges.map(({ kind }) => kind))
  expect(kinds).toEqual(new Set(['delete', 'insert', 'update-after', 'update-before']))
  expect(follow(outlets.classChanges)).toEqual(byKey(oracle(600).classes))
  expect(outlets.classRows.some(({ count }) => count === 0)).toBe(true)
})

test.each([0, 1, 2])('of %i records', async (count) => {
  const { outlets } = await simulate(job, { workers: 2, seed: 1, config: { count, throwAt: [], run: 'few' } })
  expect(byKey(outlets.classes)).toEqual(byKey(oracle(count).classes))
  expect(outlets.total).toEqual(oracle(count).total)
})

test.each(seeds(inTier(3, 8)))('final tables of tables are exact behind restarts, with seed %s', async (seed) => {
  const options = ROUTES[Number(seed) % ROUTES.length] ?? ROUTES[1]
  const config = { count: COUNT, throwAt: [700, 1_800, 2_900], run: `crash-${seed}` }
  const run = await simulate(job, { ...options, seed, config, checkpointIntervalMs: 3, restart: { maxRestarts: 10 } })
  expect(run.restarts).toBeGreaterThan(0)
  const { perUser, classes, sizes, total } = oracle(COUNT)
  expect(byKey(run.outlets.perUser)).toEqual(byKey(perUser))
  expect(byKey(run.outlets.classes)).toEqual(byKey(classes))
  expect(byKey(run.outlets.sizes)).toEqual(byKey(sizes))
  expect(run.outlets.total).toEqual(total)
})

interface Row {
  readonly shop: string
  readonly cents: number
}

const tableJob = <R>(use: (table: Table<{ key: string; cents: number }>) => Table<R>, emit: 'every' | 'final' = 'final', cents = 1) =>
  defineJob(import.meta, {
    build: ({ source }) => {
      const rows = source.generate<Row>('rows', { count: 3, make: (n) => ({ shop: `s${n}`, cents }) })
      return { out: use(rows.keyBy('shop').aggregate((a) => ({ cents: a.sum('cents') }))).toStream({ emit }) }
    },
  })

test.each(['min', 'max'] as const)('%s of a table is refused, since it cannot be taken back', async (kind) => {
  const refused = tableJob((table) =>
    table
      .groupBy('cents')
      .aggregate((a) => ({ wrong: (a as never as Record<string, (field: string) => { kind: 'min'; field: string }>)[kind]!('cents') })),
  )
  await expect(runToEnd(refused)).rejects.toMatchObject({
    code: 'MR_GRAPH_INVALID',
    message: expect.stringContaining(`"wrong": ${kind} cannot aggregate the rows of a table`),
  })
})

test('every step of a table of a table is refused, and a key that is none', async () => {
  await expect(runToEnd(tableJob((table) => table.groupBy('cents').count(), 'every'))).rejects.toMatchObject({ code: 'MR_GRAPH_INVALID' })
  await expect(runToEnd(tableJob((table) => table.groupBy(3 as never).count()))).rejects.toMatchObject({ code: 'MR_GRAPH_INVALID' })
})

test('a row whose field is not finite could not be taken back', async () => {
  const refused = tableJob((table) => table.groupBy('key').sum('cents'), 'final', Infinity)
  await expect(runToEnd(refused, {}, { restart: { maxRestarts: 0 } })).rejects.toMatchObject({ code: 'MR_AGGREGATE_INVALID' })
})

test('types: groups know the key, and have only aggregates that can be taken back', () => {
  const use = (table: Table<{ key: string; cents: number }>): void => {
    expectTypeOf(table.groupBy('cents')).toEqualTypeOf<GroupedTable<{ key: string; cents: number }, number>>()
    expectTypeOf(table.groupBy((row) => [row.key, row.cents] as const).count()).toEqualTypeOf<
      Table<{ key: readonly [string, number]; count: number }>
    >()
    expectTypeOf(table.groupBy('key').aggregate((a) => ({ n: a.count(), mean: a.avg('cents') }))).toEqualTypeOf<
      Table<{ key: string } & { n: number; mean: number }>
    >()
    // @ts-expect-error -- the row has no such field
    table.groupBy('shop')
    // @ts-expect-error -- not a number
    table.groupBy('key').sum('key')
    // @ts-expect-error -- cannot be taken back
    table.groupBy('key').aggregate((a) => ({ least: a.min('cents') }))
  }
  expect(use).toBeTypeOf('function')
})
