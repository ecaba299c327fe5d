import { describe, expect, it } from 'vitest'
import { BatchDecoder, BatchEncoder, KIND } from '../../src/codec/index.ts'
import type { CodecMode } from '../../src/codec/index.ts'
import { decodeFrameIndependently, shapesOfFrame } from './independent-decoder.ts'
import { expectSame } from './expect-same.ts'

const ROWS = 1000

interface Sent {
  /** Names and codes of each shape in the frame; a whole record has the name null. */
  readonly shapes: readonly (readonly unknown[])[]
  readonly bytes: Uint8Array
}

function sender(mode: CodecMode = 'generated'): (records: unknown[]) => Sent {
  const encoder = new BatchEncoder({ name: 'learning', mode })
  const decoder = new BatchDecoder({ name: 'learning', mode })
  return (records) => {
    const bytes = Uint8Array.from(encoder.encode(records, 0, records.length, null))
    expectSame(decoder.decode(bytes).records(), records)
    expectSame(decodeFrameIndependently(bytes).records, records)
    return { shapes: shapesOfFrame(bytes), bytes }
  }
}

const REST = [null, KIND.any]

describe.each<CodecMode>(['generated', 'interpreted'])('a schema learnt by a %s codec', (mode) => {
  it('widens a column from int32 to float64 to any, and never back', () => {
    const send = sender(mode)
    const batch = (value: (i: number) => unknown): unknown[] => Array.from({ length: ROWS }, (_, i) => ({ id: i, value: value(i) }))
    expect(send(batch((i) => i)).shapes).toEqual([['id', KIND.int32, 'value', KIND.int32]])
    expect(send(batch((i) => i / 2)).shapes).toEqual([['id', KIND.int32, 'value', KIND.float64]])
    expect(send(batch((i) => i)).shapes).toEqual([['id', KIND.int32, 'value', KIND.float64]])
    expect(send(batch((i) => (i % 2 === 0 ? i : `${i}`))).shapes).toEqual([['id', KIND.int32, 'value', KIND.any]])
    expect(send(batch((i) => i)).shapes).toEqual([['id', KIND.int32, 'value', KIND.any]])
  })

  it('keeps its columns when one record in a thousand is odd, from the first batch on', () => {
    const send = sender(mode)
    const batch = (odd: (i: number) => unknown): unknown[] =>
      Array.from({ length: ROWS }, (_, i) => (i === 500 ? odd(i) : { id: i, name: `n${i}` }))
    const columns = ['id', KIND.int32, 'name', KIND.string]
    for (const odd of [
      (i: number) => ({ id: `${i}`, name: 'x' }),
      (i: number) => ({ id: i, name: null }),
      (i: number) => ({ id: i, name: 'x', more: 1 }),
      () => 7,
    ]) {
      for (let b = 0; b < 3; b++) expect(send(batch(odd)).shapes).toEqual([columns, REST])
    }
  })

  it('takes up a shape that a stream changes to, within the batch', () => {
    const send = sender(mode)
    send(Array.from({ length: ROWS }, (_, i) => ({ a: i })))
    const changed = Array.from({ length: ROWS }, (_, i) => (i < 300 ? { a: i } : { b: `${i}`, c: i % 2 === 0 }))
    expect(send(changed).shapes).toEqual([
      ['a', KIND.int32],
      ['b', KIND.string, 'c', KIND.boolean],
    ])
  })

  it('learns from many small batches what none of them shows alone', () => {
    const send = sender(mode)
    send([{ a: 1 }])
    for (let i = 0; i < 40; i++) send([{ b: i }])
    expect(send([{ b: 1 }]).shapes).toEqual([['b', KIND.int32]])
  })

  it('keeps eight shapes in one batch, and packs records of further ones as they are', () => {
    const send = sender(mode)
    const batch = Array.from({ length: ROWS }, (_, i) => ({ [`field${i % 12}`]: i }))
    const { shapes } = send(batch)
    expect(shapes.length).toBe(9)
    expect(shapes.at(-1)).toEqual(REST)
  })

  it('gives the place of a shape long unused to a new one', () => {
    const send = sender(mode)
    send(Array.from({ length: ROWS }, (_, i) => ({ [`old${i % 8}`]: i })))
    const fresh = Array.from({ length: 100 }, (_, i) => ({ fresh: i }))
    for (let b = 0; b < 70; b++) send(Array.from({ length: 10 }, (_, i) => ({ old0: i })))
    for (let b = 0; b < 1200; b++) send(fresh.slice(0, 20))
    expect(send(fresh).shapes).toEqual([['fresh', KIND.int32]])
  })

  it('joins alike shapes with absentable fields rather than falling back to rows', () => {
    const send = sender(mode)
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']
    // Every record lacks some of ten fields: a thousand combinations.
    const make = (i: number): object =>
      Object.fromEntries(names.filter((_, f) => (Math.imul(i + 1, 2654435761) >>> (2 * f)) % 4 !== 0).map((name) => [name, i]))
    const batch = Array.from({ length: ROWS }, (_, i) => make(i))
    let last: readonly (readonly unknown[])[] = []
    for (let b = 0; b < 12; b++) last = send(batch).shapes
    expect(last.length).toBeLessThanOrEqual(8)
    expect(last).not.toContainEqual(REST)
  })

  it('does not make a column of each key of records that are used as maps', () => {
    const send = sender(mode)
    let next = 0
    for (let b = 0; b < 5; b++) {
      const { shapes } = send(Array.from({ length: 200 }, () => ({ [`user-${next++}`]: 1 })))
      expect(shapes.length).toBeLessThanOrEqual(9)
      expect(shapes.at(-1)).toEqual(REST)
    }
  })

  it('tells absent from undefined from null', () => {
    const send = sender(mode)
    const batch = Array.from({ length: ROWS }, (_, i) =>
      i % 3 === 0 ? { a: i, b: undefined } : i % 3 === 1 ? { a: null, b: 1 } : { a: i, b: 2 },
    )
    expect(send(batch).shapes).toEqual([['a', KIND.int32 | 16, 'b', KIND.int32 | 16]])
  })

  it('keeps keys that look like numbers, and the order of keys', () => {
    const send = sender(mode)
    const { shapes } = send(
      Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? { b: 1, 7: 'x', a: 2, 1: 'y' } : { a: 2, b: 1, 1: 'y', 7: 'x' })),
    )
    expect(shapes.map((shape) => shape.filter((_, i) => i % 2 === 0))).toEqual([
      ['1', '7', 'b', 'a'],
      ['1', '7', 'a', 'b'],
    ])
  })

  it('leaves records with more fields than a shape may have whole', () => {
    const wide = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`f${i}`, i]))
    expect(sender(mode)([wide, wide]).shapes).toEqual([REST])
  })

  it('has room for a dictionary that was kept and then meets a batch of distinct strings', () => {
    const send = sender(mode)
    const batch = (distinct: number): unknown[] => Array.from({ length: 1024 }, (_, i) => ({ text: `text ${distinct} ${i % distinct}` }))
    for (const distinct of [64, 1024, 64, 1000, 3]) expect(send(batch(distinct)).shapes).toEqual([['text', KIND.string]])
  })

  it('uses a dictionary while strings repeat', () => {
    const send = sender(mode)
    const distinct = (b: number): unknown[] => Array.from({ length: ROWS }, (_, i) => ({ text: `a text of its own, ${b}/${i}` }))
    const repeated = Array.from({ length: ROWS }, (_, i) => ({ text: `one of three texts, ${i % 3}` }))
    expect(send(repeated).bytes.length).toBeLessThan(1500)
    send(distinct(0))
    const plain = send(distinct(1)).bytes.length
    const written = (distinct(1) as { text: string }[]).reduce((sum, record) => sum + record.text.length, 0)
    expect(plain - written).toBeLessThan(ROWS + 200)
  })
})

describe('frames', () => {
  it('decode alone, in any order', () => {
    const encoder = new BatchEncoder({ name: 'order' })
    const batches = Array.from({ length: 20 }, (_, b) =>
      Array.from({ length: 30 }, (_, i) => (b % 3 === 0 ? { a: i, [`b${b}`]: 'x' } : { a: i / b, c: [b] })),
    )
    const frames = batches.map((batch) => Uint8Array.from(encoder.encode(batch, 0, batch.length, null)))
    const decoder = new BatchDecoder({ name: 'order' })
    const opened = frames.map((frame) => decoder.decode(frame)).reverse()
    expectSame(
      opened.map((batch) => batch.records()),
      [...batches].reverse(),
    )
    for (const [i, frame] of frames.entries()) expectSame(new BatchDecoder({ name: 'fresh' }).decode(frame).records(), batches[i])
  })

  it('hold a part of the records and of their timestamps', () => {
    const encoder = new BatchEncoder({ name: 'part' })
    const records = Array.from({ length: 100 }, (_, i) => ({ i }))
    const timestamps = Float64Array.from(records, (_, i) => i)
    const batch = new BatchDecoder({ name: 'part' }).decode(Uint8Array.from(encoder.encode(records, 40, 60, timestamps)))
    expectSame(batch.records(), records.slice(40, 60))
    expect(batch.timestamps).toEqual(timestamps.slice(40, 60))
  })

  it.each([0, 1, 4, 7])('are read wherever they lie in memory: %i bytes into a buffer', (offset) => {
    const records = Array.from({ length: 33 }, (_, i) => ({ i, f: i / 3, b: BigInt(i), s: `é${i}`, u: `語${i}` }))
    const bytes = new BatchEncoder({ name: 'offset' }).encode(records, 0, records.length, new Float64Array(33))
    for (const buffer of [new ArrayBuffer(offset + bytes.length), new SharedArrayBuffer(offset + bytes.length)]) {
      const payload = new Uint8Array(buffer, offset)
      payload.set(bytes)
      const batch = new BatchDecoder({ name: 'offset' }).decode(payload)
      expect(batch.timestamps).toEqual(new Float64Array(33))
      expectSame(batch.records(), records)
      expect([...batch.numbers('i')!]).toEqual(records.map((record) => record.i))
    }
  })

  it('place their numbers on 8-byte boundaries, so that they are views', () => {
    const records = Array.from({ length: 33 }, (_, i) => ({ i, odd: 'x'.repeat(i), f: i / 3 }))
    const payload = Uint8Array.from(new BatchEncoder({ name: 'view' }).encode(records, 0, records.length, null))
    const batch = new BatchDecoder({ name: 'view' }).decode(payload)
    expect(batch.numbers('i')!.buffer).toBe(payload.buffer)
    expect(batch.numbers('f')!.buffer).toBe(payload.buffer)
    expect(batch.numbers('f')!.byteOffset % 8).toBe(0)
  })
})
