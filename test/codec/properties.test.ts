import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BatchDecoder, BatchEncoder } from '../../src/codec/index.ts'
import { anyPrimitive, anyRecord, anyValue, uniformRecords } from './arbitrary-records.ts'
import { decodeFrameIndependently } from './independent-decoder.ts'
import { expectSame } from './expect-same.ts'
import { inTier } from '../tier.ts'

const RUNS = Number(process.env['MILLRACE_RUNS'] ?? inTier(100, 300))

/** Batches for one encoder, one after the other. */
const streams: [string, fc.Arbitrary<unknown[][]>][] = [
  ['records of any fields', fc.array(fc.array(anyRecord, { maxLength: 12 }), { minLength: 1, maxLength: 4 })],
  ['values of any kind', fc.array(fc.array(anyValue, { maxLength: 12 }), { minLength: 1, maxLength: 4 })],
  ['primitives', fc.array(fc.array(anyPrimitive, { maxLength: 12 }), { minLength: 1, maxLength: 4 })],
  ['records of one list of fields', fc.array(uniformRecords({ maxLength: 40 }), { minLength: 1, maxLength: 4 })],
  [
    'interleaved lists of fields',
    fc.array(
      fc
        .tuple(
          uniformRecords({ minLength: 1, maxLength: 30 }),
          uniformRecords({ minLength: 1, maxLength: 30 }),
          uniformRecords({ minLength: 1, maxLength: 30 }),
        )
        .map((parts) => interleave(parts)),
      { minLength: 1, maxLength: 3 },
    ),
  ],
  [
    'one list of fields whose values change after the first batch',
    fc
      .tuple(
        fc.array(narrowRecord(), { minLength: 3, maxLength: 40 }),
        fc.array(wideRecord(), { maxLength: 40 }),
        fc.array(wideRecord(), { maxLength: 12 }),
      )
      .map((batches): unknown[][] => batches),
  ],
  [
    'one kind of primitive',
    fc.array(fc.oneof(fc.array(fc.integer()), fc.array(fc.double()), fc.array(fc.string()), fc.array(fc.date())), { maxLength: 4 }),
  ],
]

/** What teaches a codec narrow columns. */
function narrowRecord(): fc.Arbitrary<object> {
  return fc.record(
    {
      a: fc.integer(),
      ts: fc.double(),
      s: fc.string(),
      ok: fc.boolean(),
      at: fc.date(),
      n: fc.bigInt({ min: -5n, max: 5n }),
    },
    { noNullPrototype: true },
  )
}

/** The same fields, now and then with another value or none. */
function wideRecord(): fc.Arbitrary<object> {
  const mostly = (usual: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> => fc.oneof({ weight: 12, arbitrary: usual }, anyPrimitive, anyValue)
  const fields = {
    a: mostly(fc.integer()),
    ts: mostly(fc.double()),
    s: mostly(fc.string()),
    ok: mostly(fc.boolean()),
    at: mostly(fc.date()),
    n: mostly(fc.bigInt()),
  }
  return fc.oneof(
    { weight: 9, arbitrary: fc.record(fields, { noNullPrototype: true }) },
    fc.record(fields, { requiredKeys: ['a', 'ts'], noNullPrototype: true }),
  )
}

function interleave(parts: readonly object[][]): object[] {
  const longest = Math.max(...parts.map((part) => part.length))
  return Array.from({ length: longest }, (_, i) => parts.flatMap((part) => part.slice(i, i + 1))).flat()
}

describe.each(streams)('a stream of %s', (_, stream) => {
  it('arrives as it was, by generated and interpreted codec and by an independent decoder, whose bytes are equal', () => {
    fc.assert(
      fc.property(stream, fc.boolean(), (batches, withTimestamps) => {
        const encoders = [new BatchEncoder({ name: 'g' }), new BatchEncoder({ name: 'i', mode: 'interpreted' })]
        const decoders = [new BatchDecoder({ name: 'g' }), new BatchDecoder({ name: 'i', mode: 'interpreted' })]
        for (const batch of batches) {
          const timestamps = withTimestamps ? Float64Array.from(batch, (_, i) => (i % 3 === 0 ? NaN : i)) : null
          const [bytes, interpreted] = encoders.map((encoder) => Uint8Array.from(encoder.encode(batch, 0, batch.length, timestamps)))
          expect(Buffer.compare(bytes!, interpreted!)).toBe(0)
          for (const decoder of decoders) {
            const decoded = decoder.decode(bytes!)
            expectSame(decoded.records(), batch)
            expect(decoded.timestamps).toEqual(timestamps)
          }
          const independent = decodeFrameIndependently(bytes!)
          expectSame(independent.records, batch)
          expect(independent.timestamps).toEqual(timestamps === null ? null : [...timestamps])
        }
      }),
      { numRuns: RUNS },
    )
  })

  it('gives the values of each field, without records', () => {
    fc.assert(
      fc.property(stream, (batches) => {
        const encoder = new BatchEncoder({ name: 'fields' })
        const decoder = new BatchDecoder({ name: 'fields' })
        for (const batch of batches) {
          const decoded = decoder.decode(Uint8Array.from(encoder.encode(batch, 0, batch.length, null)))
          for (const field of ['a', 'id', 'ts', 'constructor', '__proto__', '1']) {
            const own = batch.map((record) =>
              isPlainObject(record) && Object.hasOwn(record, field) ? (record as Record<string, unknown>)[field] : undefined,
            )
            const values = own.map((_, i) => decoded.values(field)[i])
            expectSame(values, own)
            const numbers = decoded.numbers(field)
            if (own.length === 0) continue
            if (own.every((value) => typeof value === 'number')) expectSame([...numbers!], own)
            else expect(numbers).toBe(null)
          }
        }
      }),
      { numRuns: RUNS },
    )
  })
})

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
