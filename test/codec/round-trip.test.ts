import { describe, expect, it } from 'vitest'
import { BatchDecoder, BatchEncoder } from '../../src/codec/index.ts'
import type { CodecMode } from '../../src/codec/index.ts'

describe.each<CodecMode>(['generated', 'interpreted'])('a %s codec', (mode) => {
  const encoder = new BatchEncoder({ name: 'basic', mode })
  const decoder = new BatchDecoder({ name: 'basic', mode })
  const roundTrip = (records: unknown[]): unknown[] =>
    decoder.decode(Uint8Array.from(encoder.encode(records, 0, records.length, null))).records()

  it.each([
    ['no record', []],
    ['empty objects', [{}, {}]],
    [
      'every kind of field',
      [{ a: 1, b: 'x', c: true, d: 1.5, e: null, f: undefined, g: new Date(5), h: 5n, i: [1, { x: -0 }], j: new Map([[1, 2]]) }],
    ],
    ['numbers', [1, 2, 3.5, -0, NaN]],
    ['strings', ['a', '\ud800', 'é', '語']],
    ['a mixture', [{ a: 1 }, { a: 2.5 }, { b: 1 }, null, [1], new Set([1])]],
  ])('returns %s as it was', (_, records) => {
    expect(roundTrip(records as unknown[])).toStrictEqual(records)
  })
})
