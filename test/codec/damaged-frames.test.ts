import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BatchDecoder, BatchEncoder } from '../../src/codec/index.ts'
import type { CodecMode } from '../../src/codec/index.ts'
import { MillraceError } from '../../src/errors.ts'
import { anyRecord, anyValue, uniformRecords } from './arbitrary-records.ts'
import { inTier } from '../tier.ts'

const RUNS = Number(process.env['MILLRACE_RUNS'] ?? inTier(130, 400))

/** Bytes that one damaged frame may make the decoder allocate, over what an undamaged one of its size takes. */
const ALLOCATED_BYTES_MAX = 64 * 1024 * 1024

const batches = fc.oneof(
  fc.array(anyRecord, { maxLength: 10 }),
  fc.array(anyValue, { maxLength: 10 }),
  uniformRecords({ maxLength: 30 }),
  fc.tuple(uniformRecords({ maxLength: 20 }), uniformRecords({ maxLength: 20 })).map(([a, b]) => [...a, ...b]),
)

function frameOf(records: readonly unknown[]): Uint8Array {
  const timestamps = records.length % 2 === 0 ? null : new Float64Array(records.length)
  return Uint8Array.from(new BatchEncoder({ name: 'damaged' }).encode(records, 0, records.length, timestamps))
}

/** Uses all of a batch. Returns how many records it has; anything but MR_FRAME_CORRUPT is thrown on. */
function readAll(bytes: Uint8Array, decoder: BatchDecoder): number | 'corrupt' {
  try {
    const batch = decoder.decode(bytes)
    const records = batch.records()
    for (const field of ['a', 'id', 'ts']) {
      batch.values(field)
      batch.numbers(field)
      batch.dictionary(field)
    }
    expect(records.length).toBe(batch.length)
    return batch.length
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'MR_FRAME_CORRUPT') return 'corrupt'
    throw error
  }
}

describe.each<CodecMode>(['generated', 'interpreted'])('a %s decoder', (mode) => {
  it('refuses every truncated frame', () => {
    fc.assert(
      fc.property(batches, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (records, part) => {
        const frame = frameOf(records)
        const cut = frame.slice(0, Math.floor(frame.length * part))
        expect(readAll(cut, new BatchDecoder({ name: 'cut', mode }))).toBe('corrupt')
      }),
      { numRuns: RUNS },
    )
  })

  it('refuses bytes behind a frame', () => {
    const frame = frameOf([{ a: 1 }, { a: 2 }])
    expect(readAll(Uint8Array.of(...frame, 0xc0), new BatchDecoder({ name: 'behind', mode }))).toBe('corrupt')
  })

  it('reads frames with flipped bits, or refuses them, and never reads beyond the frame or allocates without bound', () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 7 })), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(batches, flips, (records, bits) => {
        const frame = frameOf(records)
        for (const [at, bit] of bits) frame[at % frame.length]! ^= 1 << bit
        // The frame lies between bytes that a read beyond its ends would find.
        const around = new Uint8Array(frame.length + 64).fill(0xa5)
        around.set(frame, 32)
        const before = process.memoryUsage().heapUsed + process.memoryUsage().external
        readAll(around.subarray(32, 32 + frame.length), new BatchDecoder({ name: 'flip', mode }))
        const after = process.memoryUsage().heapUsed + process.memoryUsage().external
        expect(after - before).toBeLessThan(ALLOCATED_BYTES_MAX)
      }),
      { numRuns: RUNS },
    )
  })

  it('refuses or reads arbitrary bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.uint8Array({ maxLength: 200 }).map((tail) => Uint8Array.of(0x96, 1, 0x91, 0x92, 0xa1, 0x61, ...tail)),
    )
    const decoder = new BatchDecoder({ name: 'arbitrary', mode })
    fc.assert(
      fc.property(bytes, (data) => {
        readAll(data, decoder)
      }),
      { numRuns: 5 * RUNS },
    )
  })

  it('refuses a row count that nothing backs', () => {
    const hugeCount = [0xce, 0xff, 0xff, 0xff, 0xff]
    const decoder = new BatchDecoder({ name: 'huge', mode })
    const refusal = expect.objectContaining({ code: 'MR_FRAME_CORRUPT' })
    const withoutFields = [0x95, 1, 0x91, 0x90, ...hugeCount, 0xc0, 0xc0]
    const withoutValues = [0x96, 1, 0x91, 0x92, 0xa1, 0x61, 16, ...hugeCount, 0xc0, 0xc0, 0x91, 0xc0]
    const packed = [0x96, 1, 0x91, 0x92, 0xc0, 7, ...hugeCount, 0xc0, 0xc0, 0x94, 0xc0, 0xc2, 6, 0xdd, 0xff, 0xff, 0xff, 0xff, 0xc0]
    for (const bytes of [withoutFields, withoutValues, packed]) expect(() => decoder.decode(Uint8Array.from(bytes))).toThrow(refusal)
  })

  it('refuses a selector that names a shape that is not there, and a dictionary code without an entry', () => {
    const refusal = expect.objectContaining({ code: 'MR_FRAME_CORRUPT' })
    const decoder = new BatchDecoder({ name: 'names', mode })
    const selected = (shape: number): Uint8Array => Uint8Array.of(0x95, 1, 0x91, 0x90, 2, 0xc0, 0xc4, 2, 0, shape)
    expect(decoder.decode(selected(0)).records()).toEqual([{}, {}])
    expect(() => decoder.decode(selected(1))).toThrow(refusal)
    const array = (...bytes: number[]): number[] => [0xc7, 2 + bytes.length, 0x41, 1, 0, ...bytes]
    const coded = (code: number): Uint8Array =>
      Uint8Array.of(
        0x96,
        1,
        0x91,
        0x92,
        0xa1,
        0x61,
        4,
        2,
        0xc0,
        0xc0,
        0x95,
        0xc0,
        ...array(0, code),
        ...array(1, 1),
        1,
        0xc4,
        2,
        0x78,
        0x79,
      )
    expect(decoder.decode(coded(1)).records()).toEqual([{ a: 'x' }, { a: 'y' }])
    expect(() => decoder.decode(coded(2)).records()).toThrow(refusal)
    expect(() => decoder.decode(coded(2)).values('a')).toThrow(refusal)
    expect(() => decoder.decode(coded(2)).dictionary('a')).toThrow(refusal)
  })

  it('reads undamaged frames after damaged ones', () => {
    const decoder = new BatchDecoder({ name: 'after', mode })
    const records = [
      { a: 1, b: [1, 'x'] },
      { a: 2, b: { c: new Map([[1, 'x']]) } },
    ]
    const frame = frameOf(records)
    for (let at = 0; at < frame.length; at++) {
      const damaged = frame.slice()
      damaged[at]! ^= 0x81
      readAll(damaged, decoder)
      expect(decoder.decode(frame).records()).toStrictEqual(records)
    }
  })
})
