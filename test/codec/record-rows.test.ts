import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BatchDecoder, BatchEncoder } from '../../src/codec/index.ts'
import { MillraceError } from '../../src/errors.ts'
import { anyRecord, anyValue, uniformRecords } from './arbitrary-records.ts'
import { expectSame } from './expect-same.ts'

const batches = fc.oneof(uniformRecords({ maxLength: 40 }), fc.array(anyRecord, { maxLength: 12 }), fc.array(anyValue, { maxLength: 12 }))
const decoder = new BatchDecoder({ name: 'rows', mode: 'interpreted' })

const frameOf = (records: readonly unknown[]): Uint8Array =>
  Uint8Array.from(new BatchEncoder({ name: 'rows' }).encode(records, 0, records.length, null))

describe('records one by one', () => {
  it('are those of the batch, in whatever order they are asked for', () => {
    fc.assert(
      fc.property(
        batches.chain((records) => fc.tuple(fc.constant(records), fc.shuffledSubarray([...records.keys()]))),
        ([records, order]) => {
          const rows = decoder.open(frameOf(records)).rows()
          expect(rows.length).toBe(records.length)
          for (const i of order) expectSame(rows.at(i), records[i])
        },
      ),
    )
  })

  it('can all be read once they are open: whatever is wrong with a batch is said before', () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 7 })), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(batches, flips, (records, bits) => {
        const frame = frameOf(records)
        for (const [at, bit] of bits) frame[at % frame.length]! ^= 1 << bit
        let rows
        try {
          rows = decoder.open(frame).rows()
        } catch (error) {
          expect(error).toBeInstanceOf(MillraceError)
          expect((error as MillraceError).code).toBe('MR_FRAME_CORRUPT')
          return
        }
        for (let i = 0; i < rows.length; i++) rows.at(i)
      }),
      { numRuns: 150 },
    )
  })
})
