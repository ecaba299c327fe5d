import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hashKey } from '../../src/core/key-hash.ts'
import { AccumulatorTable } from '../../src/state/accumulator-table.ts'
import { AggregateBuilder } from '../../src/state/aggregates.ts'
import { Combiner } from '../../src/state/combiner-table.ts'
import type { PartialColumn } from '../../src/state/combiner-table.ts'
import type { CodeMode } from '../../src/state/generated-code.ts'
import { naive, resultsOf, tradeOf, tradeSpecs } from './oracle.ts'
import type { Trade } from './oracle.ts'
import { inTier } from '../tier.ts'

const GROUPS = 12
const ownersOf = (targets: number): number[] => Array.from({ length: GROUPS }, (_, group) => group % targets)

/** Freezes what can be frozen of a partial accumulator: a receiver must not change what it was sent. */
const sealed = (columns: readonly PartialColumn[]): PartialColumn[] =>
  columns.map(({ name, values }) => ({ name, values: Array.isArray(values) ? Object.freeze([...values]) : values }))

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('record', 'batch', 'key'), trades: fc.array(tradeOf, { maxLength: 12 }) }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'flush' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rescale' as const), owners: fc.integer({ min: 1, max: 5 }) }) },
)

const add = (combiner: Combiner<Trade>, kind: string, trades: readonly Trade[]): void => {
  if (kind === 'batch') combiner.addRecords(trades)
  else if (kind === 'key') for (const trade of trades) combiner.add(trade.key, trade)
  else for (const trade of trades) combiner.addRecord(trade)
}

describe.each(['generated', 'interpreted'] as CodeMode[])('Combiner and merge, %s', (mode) => {
  const tableOf = (): AccumulatorTable<Trade> =>
    new AccumulatorTable<Trade>({ name: 'test', specs: tradeSpecs, mode, key: { field: 'key' } })
  const combinerOf = (keysMax: number, batchRecords: number): Combiner<Trade> =>
    new Combiner<Trade>({ name: 'test', specs: tradeSpecs, key: { field: 'key' }, owners: ownersOf(1), mode, keysMax, batchRecords })

  const run = (
    steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
    combiner: Combiner<Trade>,
    batchRecords: number,
  ): void => {
    let tables = [tableOf()]
    const all: Trade[] = []
    const flush = (): void => {
      const expected = combiner.entries
      let rows = 0
      let last = -1
      const count = combiner.flush((target, columns, n) => {
        expect(target).toBeGreaterThanOrEqual(last)
        expect(n).toBeGreaterThan(0)
        expect(n).toBeLessThanOrEqual(batchRecords)
        expect(columns.map((column) => [column.name, column.values.length])).toEqual(
          ['key', ...tables[0].layout.columns.map((c) => c.name)].map((name) => [name, n]),
        )
        last = target
        rows += n
        const [keys, ...accumulators] = sealed(columns).map((column) => column.values)
        for (const key of keys) expect((hashKey(key as Trade['key']) % GROUPS) % tables.length).toBe(target)
        tables[target].mergeColumns(keys as Int32Array, accumulators)
      })
      expect([count, rows, combiner.entries]).toEqual([expected, expected, 0])
    }
    for (const action of steps) {
      if ('trades' in action) {
        add(combiner, action.kind, action.trades)
        all.push(...action.trades)
      } else if (action.kind === 'flush') flush()
      else {
        flush()
        const chunks = tables.flatMap((table) => [...table.snapshot(GROUPS)])
        tables = Array.from({ length: action.owners }, tableOf)
        for (const [group, bytes] of chunks) tables[group % tables.length].restore(bytes)
        combiner.setOwners(ownersOf(action.owners))
      }
    }
    flush()
    expect(resultsOf(tables)).toEqual(naive(all))
  }

  test('equals a naive Map under any mix of adding, flushing and moving to other owners', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 30 }),
        fc.constantFrom(1, 5, 1000),
        fc.integer({ min: 1, max: 10 }),
        (steps, keysMax, batchRecords) => {
          run(steps, combinerOf(keysMax, batchRecords), batchRecords)
        },
      ),
      { numRuns: inTier(40, 150) },
    )
  })

  test('the same while it bypasses', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const combiner = combinerOf(100_000, 10)
        for (let i = 0; i < 5000; i++) combiner.addRecord({ key: i, price: 1, volume: 1 })
        combiner.flush(() => undefined)
        expect(combiner.bypassing).toBe(true)
        run(steps, combiner, 10)
        expect(combiner.bypassing).toBe(true)
      }),
      { numRuns: 30 },
    )
  })

  test('an un-keyed aggregate is one entry for one target', () => {
    const a = new AggregateBuilder<Trade>()
    const specs = { n: a.count(), volume: a.sum('volume') }
    const combiner = new Combiner<Trade>({ name: 'all', specs, key: 'global', owners: ownersOf(3), mode })
    const table = new AccumulatorTable<Trade>({ name: 'all', specs, key: 'global', mode })
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 2000; i++) combiner.addRecord({ key: i, price: 0, volume: i })
      expect(combiner.entries).toBe(1)
      combiner.flush((_, [keys, ...columns], count) => {
        expect(count).toBe(1)
        table.mergeColumns(
          keys.values as Int32Array,
          columns.map((column) => column.values),
        )
      })
      expect(combiner.bypassing).toBe(false)
    }
    expect(table.resultAt(0)).toEqual({ n: 10_000, volume: 5 * 1999 * 1000 })
  })
})

describe('Combiner', () => {
  const a = new AggregateBuilder<{ key: number | string }>()
  const specs = { n: a.count() }
  const combinerOf = (options: object = {}) =>
    new Combiner<{ key: number | string }>({ name: 'count', specs, key: { field: 'key' }, owners: ownersOf(2), ...options })
  const fill = (combiner: ReturnType<typeof combinerOf>, records: number, keys: number): void => {
    for (let i = 0; i < records; i++) combiner.addRecord({ key: i % keys })
  }

  test('keys are an Int32Array where all are int32, an array otherwise', () => {
    const combiner = combinerOf({ owners: [0] })
    const kinds: string[] = []
    const receive = (_: number, [keys]: readonly PartialColumn[]) => kinds.push(keys.values.constructor.name)
    combiner.addRecord({ key: 1 })
    combiner.addRecord({ key: -(2 ** 31) })
    combiner.flush(receive)
    combiner.addRecord({ key: 1 })
    combiner.addRecord({ key: 2 ** 31 })
    combiner.flush(receive)
    combiner.addRecord({ key: 'a' })
    combiner.flush(receive)
    expect(kinds).toEqual(['Int32Array', 'Array', 'Array'])
  })

  test('bypasses where keys hardly repeat, says so, and combines again when they do', () => {
    const combiner = combinerOf()
    expect(combiner.ratio).toBeNaN()
    fill(combiner, 5000, 5000)
    combiner.flush(() => undefined)
    expect([combiner.bypassing, combiner.ratio]).toEqual([true, 1])
    let flushes = 0
    while (combiner.bypassing && flushes++ < 100) {
      fill(combiner, 5000, 10)
      combiner.flush(() => undefined)
    }
    expect(flushes).toBeLessThan(20)
    fill(combiner, 5000, 10)
    expect(combiner.entries).toBe(10)
    combiner.flush(() => undefined)
    expect([combiner.bypassing, combiner.ratio]).toEqual([false, 500])
  })

  test('flushes that come early say nothing about how often keys repeat', () => {
    const combiner = combinerOf()
    for (let i = 0; i < 100; i++) {
      fill(combiner, 5000, 5000)
      expect(combiner.records).toBe(5000)
      combiner.flush(() => undefined, false)
    }
    expect([combiner.records, combiner.bypassing, combiner.ratio]).toEqual([0, false, Number.NaN])
  })

  test('columns give what records give', () => {
    const specsOfX = { n: { kind: 'count' }, x: { kind: 'sum', field: 'x' } } as const
    fc.assert(
      fc.property(fc.array(fc.record({ key: fc.integer({ min: -9, max: 9 }), x: fc.integer() })), fc.boolean(), (rows, ints) => {
        const combiner = new Combiner<(typeof rows)[number]>({
          name: 'columns',
          specs: specsOfX,
          key: { field: 'key' },
          owners: ownersOf(3),
        })
        const merged = new AccumulatorTable<(typeof rows)[number]>({ name: 'merged', specs: specsOfX, key: { field: 'key' } })
        const direct = new AccumulatorTable<(typeof rows)[number]>({ name: 'direct', specs: specsOfX, key: { field: 'key' } })
        direct.addRecords(rows)
        const keys = rows.map((row) => row.key)
        combiner.addColumns(ints ? Int32Array.from(keys) : keys, [Float64Array.from(rows, (row) => row.x)])
        combiner.flush((_, [key, n, x]) => merged.mergeColumns(key.values as Int32Array, [n.values, x.values]))
        expect(resultsOf([merged])).toEqual(resultsOf([direct]))
      }),
    )
  })

  test('small flushes are judged together', () => {
    const combiner = combinerOf()
    for (let i = 0; i < 100; i++) {
      fill(combiner, 3, 3)
      combiner.flush(() => undefined)
    }
    expect([combiner.bypassing, combiner.ratio]).toEqual([false, Number.NaN])
  })

  test('asks to be flushed at its bound', () => {
    const combiner = combinerOf({ entriesMax: 100 })
    fill(combiner, 1000, 99)
    expect(combiner.shouldFlush).toBe(false)
    fill(combiner, 100, 100)
    expect(combiner.shouldFlush).toBe(true)
  })

  test('keeps no more keys than its bound from flush to flush', () => {
    const combiner = combinerOf({ keysMax: 50 })
    const table = new AccumulatorTable<{ key: number | string }>({ name: 'count', specs, key: { field: 'key' } })
    for (let i = 0; i < 40; i++) {
      for (let j = 0; j < 30; j++) combiner.addRecord({ key: i * 10 + (j % 15) })
      combiner.flush((_, [keys, n]) => table.mergeColumns(keys.values as Int32Array, [n.values]))
    }
    let records = 0
    table.emitAll((result) => {
      records += (result as unknown as { n: number }).n
    })
    expect(records).toBe(40 * 30)
  })

  test.each([[[]], [[-1]], [[0.5]], [[70_000]]])('owners %j are refused', (owners) => {
    expect(() => combinerOf({ owners })).toThrow(expect.objectContaining({ code: 'MR_OPTION_INVALID' }))
  })
})
