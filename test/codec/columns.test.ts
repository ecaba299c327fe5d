import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BatchDecoder, BatchEncoder } from '../../src/codec/index.ts'
import { anyValue } from './arbitrary-records.ts'
import { expectSame } from './expect-same.ts'
import { decodeFrameIndependently } from './independent-decoder.ts'

const encoder = new BatchEncoder({ name: 'columns' })
const decoder = new BatchDecoder({ name: 'columns' })

describe('ready columns', () => {
  it('arrive as typed arrays of their kind', () => {
    const bytes = Uint8Array.from(
      encoder.encodeColumns(
        [
          { name: 'key', values: Int32Array.of(1, -2, 3, 99) },
          { name: 'total', values: Float64Array.of(0.5, -0, NaN, 99) },
        ],
        3,
        Float64Array.of(10, 20, 30),
      ),
    )
    const batch = decoder.decode(bytes)
    expect(batch.length).toBe(3)
    expect(batch.numbers('key')).toEqual(Int32Array.of(1, -2, 3))
    expect(batch.numbers('total')).toEqual(Float64Array.of(0.5, -0, NaN))
    expect(batch.timestamps).toEqual(Float64Array.of(10, 20, 30))
    expectSame(batch.records(), [
      { key: 1, total: 0.5 },
      { key: -2, total: -0 },
      { key: 3, total: NaN },
    ])
    expectSame(decodeFrameIndependently(bytes).records, batch.records())
  })

  it('of any values are read as records and as columns', () => {
    const table = fc
      .integer({ min: 0, max: 20 })
      .chain((count) =>
        fc.tuple(fc.constant(count), fc.array(fc.array(anyValue, { minLength: count, maxLength: count }), { maxLength: 4 })),
      )
    fc.assert(
      fc.property(table, ([count, columns]) => {
        const named = columns.map((values, c) => ({ name: `c${c}`, values }))
        const bytes = Uint8Array.from(encoder.encodeColumns(named, count, null))
        const batch = decoder.decode(bytes)
        const expected = Array.from({ length: count }, (_, row) => Object.fromEntries(named.map(({ name, values }) => [name, values[row]])))
        expectSame(batch.records(), expected)
        expectSame(decodeFrameIndependently(bytes).records, expected)
        for (const { name, values } of named) expectSame(Array.from(batch.values(name)), values)
      }),
      { numRuns: 300 },
    )
  })

  it('shorter than the count are refused', () => {
    expect(() => encoder.encodeColumns([{ name: 'a', values: [1] }], 2, null)).toThrow(
      expect.objectContaining({ code: 'MR_OPTION_INVALID' }),
    )
  })
})

describe('the columns of a batch', () => {
  const records = Array.from({ length: 100 }, (_, i) => ({
    id: i,
    shop: `shop number ${i % 3}`,
    at: new Date(i),
    ok: i % 2 === 0,
    note: i % 5 === 0 ? null : 'x',
  }))
  const open = (batch: unknown[]): ReturnType<BatchDecoder['decode']> =>
    decoder.decode(Uint8Array.from(new BatchEncoder({ name: 'c' }).encode(batch, 0, batch.length, null)))

  it('give strings that repeat as a dictionary', () => {
    const { entries, codes } = open(records).dictionary('shop')!
    expect(entries).toEqual(['shop number 0', 'shop number 1', 'shop number 2'])
    expect(Array.from(codes, (code) => entries[code])).toEqual(records.map((record) => record.shop))
    expect(open(records).dictionary('id')).toBe(null)
    expect(open(records).dictionary('note')).toBe(null)
    expect(open(records).dictionary('none')).toBe(null)
  })

  it('give numbers only where every record has one', () => {
    const batch = open(records)
    expect(batch.numbers('id')).toEqual(Int32Array.from(records, (record) => record.id))
    for (const field of ['shop', 'at', 'ok', 'note', 'none']) expect(batch.numbers(field)).toBe(null)
  })

  it('give numbers across shapes, and for records that fit no shape', () => {
    const mixed = [...records, { ts: 1, id: 0.5 }, ...records, { id: 7, x: {} }].map((record, i) =>
      i === 50 ? { ...record, odd: 1 } : record,
    )
    expect(open(mixed).numbers('id')).toEqual(Float64Array.from(mixed, (record) => record.id))
    expect(open([...mixed, 1]).numbers('id')).toBe(null)
    expect(open([...mixed, { id: 'x' }]).numbers('id')).toBe(null)
  })

  it('give the same records again when asked again', () => {
    const batch = open(records)
    expect(batch.records()).toBe(batch.records())
  })
})
