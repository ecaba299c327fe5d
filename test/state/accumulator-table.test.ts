import { execFileSync } from 'node:child_process'
import { extname } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalKey } from '../../src/core/key.ts'
import { hashKey } from '../../src/core/key-hash.ts'
import { AccumulatorTable } from '../../src/state/accumulator-table.ts'
import { AggregateBuilder } from '../../src/state/aggregates.ts'
import type { AggregateResult } from '../../src/state/aggregates.ts'
import type { CodeMode } from '../../src/state/generated-code.ts'
import { naive, resultsOf, tradeOf, tradeSpecs } from './oracle.ts'
import type { Trade } from './oracle.ts'

const modes: CodeMode[] = ['generated', 'interpreted']
const GROUPS = 12

const tableOf = (mode: CodeMode, key: 'field' | 'of' = 'field'): AccumulatorTable<Trade> =>
  new AccumulatorTable<Trade>({
    name: 'test',
    specs: tradeSpecs,
    mode,
    key: key === 'field' ? { field: 'key' } : { of: (trade) => trade.key },
  })

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constantFrom('record', 'batch', 'slot', 'partial'), trades: fc.array(tradeOf, { maxLength: 8 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rescale'), owners: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drain') }) },
)

describe.each(modes)('AccumulatorTable, %s', (mode) => {
  test('equals a naive Map under any mix of adding, merging, draining and moving to other owners', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), fc.constantFrom('field' as const, 'of' as const), (steps, selector) => {
        let tables = [tableOf(mode, selector)]
        const all: Trade[] = []
        const undrained = new Set<string>()
        const ownerOf = (trade: Trade) => tables[(hashKey(trade.key) % GROUPS) % tables.length]
        for (const action of steps) {
          if ('trades' in action) {
            const { trades, kind } = action
            all.push(...trades)
            for (const trade of trades) undrained.add(canonicalKey(trade.key))
            if (kind === 'record') for (const trade of trades) ownerOf(trade).addRecord(trade)
            if (kind === 'slot') for (const trade of trades) ownerOf(trade).add(ownerOf(trade).keys.slotOf(trade.key), trade)
            if (kind === 'batch') for (const table of tables) table.addRecords(trades.filter((trade) => ownerOf(trade) === table))
            if (kind === 'partial') {
              for (const { key, price, volume } of trades) {
                ownerOf({ key, price, volume }).mergePartial(key, [1, volume, price, price, volume, 1, new Map([[price, 1]])])
              }
            }
          } else if ('owners' in action) {
            const chunks = tables.flatMap((table) => [...table.snapshot(GROUPS)])
            tables = Array.from({ length: action.owners }, () => tableOf(mode, selector))
            for (const [group, bytes] of chunks) tables[group % tables.length].restore(bytes)
          } else {
            const drained: string[] = []
            for (const table of tables) table.drainDirty((slot) => drained.push(canonicalKey(table.keys.keyAt(slot))))
            expect(drained.sort()).toEqual([...undrained].sort())
            undrained.clear()
          }
        }
        expect(tables.reduce((sum, table) => sum + table.dirtyCount, 0)).toBe(undrained.size)
        const expected = naive(all)
        expect(resultsOf(tables)).toEqual(expected)
        expect(tables.reduce((sum, table) => sum + table.size, 0)).toBe(expected.size)
      }),
      { numRuns: 200 },
    )
  })

  test('columns of numbers give what records give', () => {
    const a = new AggregateBuilder<{ key: number; x: number; y: number }>()
    const specs = { n: a.count(), x: a.sum('x'), low: a.min('y'), mean: a.avg('x') }
    fc.assert(
      fc.property(
        fc.array(fc.record({ key: fc.oneof(fc.integer({ min: -4, max: 4 }), fc.constant(0.5)), x: fc.integer(), y: fc.double() })),
        (rows) => {
          const byRecord = new AccumulatorTable<(typeof rows)[number]>({ name: 'records', specs, key: { field: 'key' }, mode })
          const byColumn = new AccumulatorTable<(typeof rows)[number]>({ name: 'columns', specs, key: { field: 'key' }, mode })
          byRecord.addRecords(rows)
          const ints = rows.filter((row) => Number.isInteger(row.key))
          const others = rows.filter((row) => !Number.isInteger(row.key))
          expect(byColumn.layout.fields).toEqual(['x', 'y'])
          byColumn.addColumns(
            Int32Array.from(ints, (row) => row.key),
            [Int32Array.from(ints, (row) => row.x), Float64Array.from(ints, (row) => row.y)],
          )
          byColumn.addColumns(
            Float64Array.from(others, (row) => row.key),
            [others.map((row) => row.x), Float64Array.from(others, (row) => row.y)],
          )
          expect(resultsOf([byColumn])).toEqual(resultsOf([byRecord]))
          const everyStep = new AccumulatorTable<(typeof rows)[number]>({ name: 'run', specs, key: { field: 'key' }, mode })
          const oneByOne = new AccumulatorTable<(typeof rows)[number]>({ name: 'one by one', specs, key: { field: 'key' }, mode })
          const from = Math.min(2, rows.length)
          const steps = rows.slice(from).map((row) => oneByOne.resultAt(oneByOne.addRecord(row)))
          for (const keys of [rows.map((row) => row.key), Float64Array.from(rows, (row) => row.key)]) {
            everyStep.clear()
            const columns = everyStep.runColumns(
              keys,
              [Float64Array.from(rows, (row) => row.x), Float64Array.from(rows, (row) => row.y)],
              from,
            )
            expect(columns.map((column) => [column.name, [...column.values]])).toEqual(
              ['n', 'x', 'low', 'mean'].map((name) => [name, steps.map((result) => result[name])]),
            )
          }
        },
      ),
    )
  })

  test('a global table is one group and has no key in its result', () => {
    const a = new AggregateBuilder<Trade>()
    const table = new AccumulatorTable<Trade>({ name: 'all', specs: { n: a.count(), volume: a.sum('volume') }, key: 'global', mode })
    expect(table.size).toBe(0)
    table.addRecords([
      { key: 'a', price: 1, volume: 2 },
      { key: 'b', price: 1, volume: 3 },
    ])
    table.addColumns(new Int32Array(2), [[10, 20]])
    const copy = new AccumulatorTable<Trade>({ name: 'copy', specs: { n: a.count(), volume: a.sum('volume') }, key: 'global', mode })
    for (const bytes of table.snapshot(128).values()) copy.restore(bytes)
    copy.addRecord({ key: 'c', price: 1, volume: 5 })
    const results: unknown[] = []
    copy.emitAll((result) => results.push(result))
    expect(results).toEqual([{ n: 5, volume: 40 }])
    copy.clear()
    copy.addRecord({ key: 'c', price: 1, volume: 5 })
    expect(copy.resultAt(0)).toEqual({ n: 1, volume: 5 })
  })

  test.each([
    ['12', 'string'],
    [undefined, 'undefined'],
    [null, 'null'],
    [5n, 'bigint'],
  ])('a value %s is refused by field, key and type, and changes nothing', (value, type) => {
    const table = tableOf(mode)
    table.addRecord({ key: 'acme', price: 1, volume: 1 })
    const before = resultsOf([table])
    const bad = { key: 'acme', price: value as unknown as number, volume: 1 }
    const message = expect.stringMatching(new RegExp(`field "price".*"acme".*${type}`))
    for (const refuse of [
      () => table.addRecord(bad),
      () => table.addRecords([bad]),
      () => table.add(0, bad),
      () => table.addRecord({ ...bad, key: 'other' }),
    ]) {
      if (refuse.toString().includes('other')) expect(refuse).toThrow(/"other"/)
      else expect(refuse).toThrow(expect.objectContaining({ code: 'MR_AGGREGATE_INVALID', message }))
    }
    expect(resultsOf([table])).toEqual(before)
    expect(table.keys.size).toBe(1)
  })

  test('a custom add that throws leaves a new key without results and the numbers of a known key unchanged', () => {
    const a = new AggregateBuilder<{ key: string; x: number }>()
    const fussy = a.custom<number, number>({
      create: () => 0,
      add: (acc, record) => {
        if (record.x < 0) throw new Error('negative')
        return acc + record.x
      },
      merge: (x, y) => x + y,
      result: (acc) => acc,
    })
    const table = new AccumulatorTable<{ key: string; x: number }>({
      name: 'fussy',
      specs: { n: a.count(), fussy },
      key: { field: 'key' },
      mode,
    })
    table.addRecord({ key: 'known', x: 1 })
    expect(() => table.addRecord({ key: 'known', x: -1 })).toThrow('negative')
    expect(() => table.addRecord({ key: 'new', x: -1 })).toThrow('negative')
    expect([...resultsOf([table]).values()]).toEqual([{ n: 1, fussy: 1 }])
    expect(table.snapshot(1).size).toBe(1)
    table.addRecord({ key: 'new', x: 7 })
    expect([...resultsOf([table]).values()]).toEqual([
      { n: 1, fussy: 1 },
      { n: 1, fussy: 7 },
    ])
  })

  test('fields and results may have any name', () => {
    const field = 'a"b\\`${x}\n\u2028'
    const table = new AccumulatorTable<Record<string, number>>({
      name: 'odd "name"\n',
      specs: { [field]: { kind: 'sum', field }, 'x y': { kind: 'max', field } },
      key: { field },
      mode,
    })
    table.addRecords([{ [field]: 3 }, { [field]: 3 }])
    expect(table.resultAt(0)).toEqual({ key: 3, [field]: 6, 'x y': 3 })
  })

  test('sums of integers are exact to 2^53', () => {
    const a = new AggregateBuilder<{ key: number; x: number }>()
    const table = new AccumulatorTable<{ key: number; x: number }>({ name: 'exact', specs: { x: a.sum('x') }, key: { field: 'key' }, mode })
    table.addRecords([
      { key: 1, x: 2 ** 53 - 2 },
      { key: 1, x: 1 },
      { key: 2, x: 2 ** 31 },
      { key: 2, x: 2 ** 31 + 1 },
    ])
    expect([...resultsOf([table]).values()]).toEqual([{ x: 2 ** 53 - 1 }, { x: 2 ** 32 + 1 }])
  })
})

test('a partial that was merged is unchanged: it may be merged again elsewhere', () => {
  for (const mode of modes) {
    const partial = [
      [2],
      [30],
      [1],
      [5],
      [30],
      [2],
      [
        new Map([
          [1, 1],
          [5, 1],
        ]),
      ],
    ]
    const before = structuredClone(partial)
    const table = tableOf(mode)
    table.mergeColumns([7], partial, 0, 1)
    table.addRecord({ key: 7, price: 9, volume: 1 })
    table.mergeColumns([7], partial, 0, 1)
    expect(partial).toEqual(before)
    expect(table.resultAt(0)).toEqual({ key: 7, trades: 5, volume: 61, low: 1, high: 9, mean: 61 / 5, prices: '1,2 5,2 9,1' })
  }
})

test('where the process forbids code generation, tables are interpreted and give the same', () => {
  const module = JSON.stringify(new URL('../../src/state/accumulator-table' + extname(import.meta.url), import.meta.url).href)
  const script = `
    const { AccumulatorTable } = await import(${module})
    let forbidden = false
    try { new Function('') } catch { forbidden = true }
    const table = new AccumulatorTable({ name: 'csp', specs: { n: { kind: 'count' }, x: { kind: 'avg', field: 'x' } }, key: { field: 'key' }, mode: 'generated' })
    table.addRecords([{ key: 'a', x: 1 }, { key: 'a', x: 2 }])
    console.log(JSON.stringify([forbidden, table.resultAt(0)]))`
  const output = execFileSync(process.execPath, ['--disallow-code-generation-from-strings', '--input-type=module', '-e', script], {
    encoding: 'utf8',
  })
  expect(JSON.parse(output)).toEqual([true, { key: 'a', n: 2, x: 1.5 }])
})

test('generated code names its table in stacks', () => {
  const table = new AccumulatorTable<{ key: number }>({
    name: 'per shop',
    specs: { n: { kind: 'count' } },
    key: {
      of: () => {
        throw new Error('from the key function')
      },
    },
  })
  try {
    table.addRecords([{ key: 1 }])
    expect.unreachable()
  } catch (error) {
    expect((error as Error).stack).toMatch(/millrace:\/\/state\/per%20shop#\d+/)
  }
})

test('a drain that throws keeps the slots that it did not reach', () => {
  const table = tableOf('generated')
  table.addRecords([1, 2, 3].map((key) => ({ key, price: 1, volume: 1 })))
  expect(() =>
    table.drainDirty((slot) => {
      if (slot === 1) throw new Error('full')
    }),
  ).toThrow('full')
  const rest: number[] = []
  table.drainDirty((slot) => rest.push(slot))
  expect(rest).toEqual([2])
})

test.each([
  ['no aggregate', {}],
  ['a result named key', { key: { kind: 'count' } }],
  ['a result named __proto__', { ['__proto__']: { kind: 'count' } }],
  ['an unknown kind', { x: { kind: 'median', field: 'y' } }],
  ['a sum without a field', { x: { kind: 'sum' } }],
  ['a custom aggregate without merge', { x: { kind: 'custom', create: () => 0, add: () => 0, result: () => 0 } }],
  ['two columns of one name', { x: { kind: 'avg', field: 'y' }, 'x:sum': { kind: 'sum', field: 'y' } }],
])('%s is refused', (_, specs) => {
  expect(() => new AccumulatorTable({ name: 'bad', specs: specs as never, key: 'global' })).toThrow(
    expect.objectContaining({ code: 'MR_OPTION_INVALID' }),
  )
})

test('the builder types its results and takes numeric fields only', () => {
  interface Order {
    shop: string
    cents: number
    note?: number
  }
  const a = new AggregateBuilder<Order>()
  const specs = {
    orders: a.count(),
    cents: a.sum('cents'),
    shops: a.custom<Set<string>, string[]>({
      create: () => new Set(),
      add: (s, o) => s.add(o.shop),
      merge: (x, y) => new Set([...x, ...y]),
      result: (s) => [...s],
    }),
  }
  const result: AggregateResult<typeof specs> = { orders: 1, cents: 2, shops: ['x'] }
  const exact: { orders: number; cents: number; shops: string[] } = result
  expect(exact.shops).toEqual(['x'])
  // @ts-expect-error a string cannot be summed
  a.sum('shop')
  // @ts-expect-error a number that may be absent cannot be summed
  a.sum('note')
  // @ts-expect-error no such field
  a.max('missing')
})
