import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalKey } from '../../src/core/key.ts'
import type { Key } from '../../src/core/key-hash.ts'
import { RECORD_COLUMN_ROWS_MIN } from '../../src/limits.ts'
import { AccumulatorTable } from '../../src/state/accumulator-table.ts'
import { AggregateBuilder } from '../../src/state/aggregates.ts'
import { withoutKey } from '../../src/state/forget-key.ts'
import { KeyedChunkWriter, decodeKeyedChunk } from '../../src/state/keyed-chunk.ts'
import { keysOfChunk } from '../../src/state/key-groups.ts'
import { AccumulatorRows, restoreRows, snapshotRows } from '../../src/state/row-chunks.ts'
import { ValueTable } from '../../src/state/value-table.ts'
import { smallKey } from './keys.ts'
import { type Trade, resultsOf, tradeOf, tradeSpecs } from './oracle.ts'

const plainValue = fc.oneof(fc.integer(), fc.string(), fc.record({ n: fc.integer(), t: fc.string() }), fc.constant(null))
const entriesOf = <V>(value: fc.Arbitrary<V>): fc.Arbitrary<[Key, V][]> =>
  fc.uniqueArray(fc.tuple(smallKey, value), { maxLength: 20, selector: ([key]) => canonicalKey(key) })

/** The chunk without the key, and that it says how many rows went. */
function lessened(bytes: Uint8Array, key: Key, rows: number): Uint8Array {
  const without = withoutKey(bytes, key)
  expect(without?.rows ?? 0).toBe(rows)
  return without?.bytes ?? bytes
}

const isNot = (key: Key) => (other: Key) => canonicalKey(other) !== canonicalKey(key)

test('values: all but those of the key, as they were', () => {
  fc.assert(
    fc.property(entriesOf(plainValue), smallKey, (entries, key) => {
      const [table, restored] = [new ValueTable<unknown>(), new ValueTable<unknown>()]
      for (const [each, value] of entries) table.set(table.slotOf(each), value)
      const kept = entries.filter(([each]) => isNot(key)(each))
      for (const bytes of table.snapshot(1).values()) restored.restore(lessened(bytes, key, entries.length - kept.length))
      const found = new Map<string, unknown>()
      restored.forEach((each, value) => found.set(canonicalKey(each), value))
      expect(found).toEqual(new Map(kept.map(([each, value]) => [canonicalKey(each), value])))
    }),
  )
})

test('values that are stored as columns of records', () => {
  const [table, restored] = [new ValueTable<unknown>(), new ValueTable<unknown>()]
  const rows = 2 * RECORD_COLUMN_ROWS_MIN
  for (let i = 0; i < rows; i++) table.set(table.slotOf(`key-${i}`), { n: i, t: `t${i}` })
  for (const bytes of table.snapshot(1).values()) restored.restore(lessened(bytes, 'key-7', 1))
  const found: unknown[] = []
  restored.forEach((key, value) => found.push([key, value]))
  expect(found).toHaveLength(rows - 1)
  expect(restored.get(restored.slotOf('key-8'))).toEqual({ n: 8, t: 't8' })
  expect(restored.has(restored.slotOf('key-7'))).toBe(false)
})

test('named state and timers: numbers, records, and values of any kind', () => {
  const columns = fc.oneof(
    entriesOf(fc.double({ noNaN: true })),
    entriesOf(fc.record({ n: fc.integer() })),
    entriesOf(plainValue),
    entriesOf(fc.date({ noInvalidDate: true })),
  )
  fc.assert(
    fc.property(columns as fc.Arbitrary<[Key, unknown][]>, smallKey, (entries, key) => {
      const slots = Int32Array.from(entries.keys())
      const writer = new KeyedChunkWriter('s', 'value@1')
      const bytes = writer.write({ groups: 4, group: 2 }, { keyAt: (slot) => entries[slot]![0] }, slots, (slot) => entries[slot]![1])
      const kept = entries.filter(([each]) => isNot(key)(each))
      const { chunk, values } = decodeKeyedChunk(lessened(bytes, key, entries.length - kept.length))
      expect(chunk).toMatchObject({ signature: 'value@1', groups: 4, group: 2 })
      expect(new Map(keysOfChunk(chunk).map((each, row) => [canonicalKey(each), values[row]]))).toEqual(
        new Map(kept.map(([each, value]) => [canonicalKey(each), value])),
      )
    }),
  )
})

test('aggregates, custom ones among them', () => {
  const tableOf = (): AccumulatorTable<Trade> =>
    new AccumulatorTable<Trade>({ name: 't', specs: tradeSpecs, mode: 'interpreted', key: { field: 'key' } })
  fc.assert(
    fc.property(fc.array(tradeOf, { maxLength: 30 }), smallKey, (trades, key) => {
      const [all, others, restored] = [tableOf(), tableOf(), tableOf()]
      all.addRecords(trades)
      others.addRecords(trades.filter((trade) => isNot(key)(trade.key)))
      const isThere = trades.some((trade) => !isNot(key)(trade.key))
      for (const bytes of all.snapshot(1).values()) restored.restore(lessened(bytes, key, isThere ? 1 : 0))
      expect(resultsOf([restored])).toEqual(resultsOf([others]))
    }),
  )
})

test('rows of which several are of one key, as windows and sessions have them', () => {
  const { layout } = new AccumulatorTable<{ n: number }>({
    name: 't',
    specs: { total: new AggregateBuilder<{ n: number }>().sum('n') },
    mode: 'interpreted',
    key: { field: 'n' as never },
  })
  fc.assert(
    fc.property(fc.array(fc.tuple(smallKey, fc.integer(), fc.integer()), { maxLength: 30 }), smallKey, (entries, key) => {
      const rows = new AccumulatorRows(1, layout.columns.length)
      for (const [each, start, sum] of entries) {
        rows.push(each)
        rows.numbers[0]!.push(start)
        for (const column of rows.columns) column.push(sum)
      }
      const kept = entries.filter(([each]) => isNot(key)(each))
      const found = [...snapshotRows(rows, layout, 1).values()].flatMap((bytes) => {
        const { keys, numbers, columns } = restoreRows(lessened(bytes, key, entries.length - kept.length), 1, layout)
        return keys.map((each, row) => [canonicalKey(each), numbers[0]![row], columns[0]![row]])
      })
      const texts = (list: readonly unknown[]): string[] => list.map((each) => JSON.stringify(each)).toSorted()
      expect(texts(found)).toEqual(texts(kept.map(([each, start, sum]) => [canonicalKey(each), start, sum])))
    }),
  )
})
