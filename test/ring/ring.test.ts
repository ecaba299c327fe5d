import { describe, expect, test } from 'vitest'
import { RING_BYTES_MAX, RING_CONTROL_RESERVE_BYTES } from '../../src/limits.ts'
import { createRing, FRAME_HEADER_BYTES, FrameHeader, FrameKind, RingConsumer, RingProducer } from '../../src/ring/index.ts'
import { FRAMES_OFFSET, TAIL_OFFSET } from '../../src/ring/layout.ts'

const CAPACITY = 4096

function batch(sequence = 0): FrameHeader {
  return Object.assign(new FrameHeader(), { sequence })
}

function barrier(id: number): FrameHeader {
  return Object.assign(new FrameHeader(), { kind: FrameKind.barrier, value: id })
}

function fill(producer: RingProducer, payload: Uint8Array): number {
  let frames = 0
  while (producer.offer(batch(frames), payload)) frames++
  return frames
}

describe('createRing', () => {
  test.each([0, 1, 2048, 4095, 4096.5, 5000, -4096, NaN, Infinity, RING_BYTES_MAX * 2])('refuses a capacity of %d', (capacity) => {
    expect(() => createRing(capacity)).toThrow(
      expect.objectContaining({ code: 'MR_RING_INVALID', message: expect.stringContaining(`${capacity}`) }),
    )
  })

  test.each([1, 4, 0.5, NaN, 2 ** 31, -(2 ** 31) - 8])('refuses to begin at position %d', (position) => {
    expect(() => createRing(CAPACITY, position)).toThrow(expect.objectContaining({ code: 'MR_OPTION_INVALID' }))
  })

  test('a buffer from elsewhere is no ring', () => {
    const unmarked = new SharedArrayBuffer(createRing(CAPACITY).byteLength)
    for (const buffer of [
      unmarked,
      new SharedArrayBuffer(8),
      new SharedArrayBuffer(CAPACITY),
      new ArrayBuffer(CAPACITY + FRAMES_OFFSET) as never,
    ]) {
      expect(() => new RingProducer(buffer)).toThrow(expect.objectContaining({ code: 'MR_RING_INVALID' }))
      expect(() => new RingConsumer(buffer)).toThrow(expect.objectContaining({ code: 'MR_RING_INVALID' }))
    }
  })
})

describe('offer', () => {
  test('a payload of maxPayloadBytes fits into an empty ring wherever it begins', () => {
    for (let begin = 0; begin < CAPACITY; begin += 8) {
      const ring = createRing(CAPACITY, begin)
      const producer = new RingProducer(ring)
      expect(producer.offer(batch(), new Uint8Array(producer.maxPayloadBytes).fill(7))).toBe(true)
      let received = 0
      new RingConsumer(ring).drain((_, payload) => (received = payload.reduce((a, b) => a + b, 0)))
      expect(received).toBe(7 * producer.maxPayloadBytes)
    }
  })

  test('refuses a larger payload with an error, since waiting would not help', () => {
    const producer = new RingProducer(createRing(CAPACITY))
    expect(() => producer.offer(batch(), new Uint8Array(producer.maxPayloadBytes + 1))).toThrow(
      expect.objectContaining({ code: 'MR_RECORD_TOO_LARGE', message: expect.stringContaining(`${producer.maxPayloadBytes}`) }),
    )
  })

  test.each([
    [-1, 4],
    [3, 2],
    [0, 11],
    [NaN, 4],
    [0, NaN],
  ])('refuses the range %d to %d of ten bytes', (from, to) => {
    const producer = new RingProducer(createRing(CAPACITY))
    expect(() => producer.offer(batch(), new Uint8Array(10), from, to)).toThrow(expect.objectContaining({ code: 'MR_OPTION_INVALID' }))
    expect(producer.freeBytes).toBe(CAPACITY)
  })

  test('sends a part of a payload, also of a view into a larger buffer', () => {
    const ring = createRing(CAPACITY)
    const view = new Uint8Array(Uint8Array.from({ length: 64 }, (_, i) => i).buffer, 16, 32)
    new RingProducer(ring).offer(batch(), view, 2, 9)
    const received: number[][] = []
    new RingConsumer(ring).drain((_, payload) => received.push([...payload]))
    expect(received).toEqual([[18, 19, 20, 21, 22, 23, 24]])
  })

  test('leaves the reserve to control frames, and takes data again after a drain', () => {
    const ring = createRing(CAPACITY)
    const producer = new RingProducer(ring)
    const consumer = new RingConsumer(ring)
    const batches = fill(producer, new Uint8Array(8))
    expect(batches).toBe(((CAPACITY - RING_CONTROL_RESERVE_BYTES) / 40) | 0)
    expect(producer.freeBytes).toBeGreaterThanOrEqual(RING_CONTROL_RESERVE_BYTES)
    let barriers = 0
    while (producer.offer(barrier(barriers), null)) barriers++
    expect(barriers).toBeGreaterThanOrEqual(RING_CONTROL_RESERVE_BYTES / FRAME_HEADER_BYTES - 1)
    expect(producer.freeBytes).toBeLessThan(FRAME_HEADER_BYTES + 8)

    const kinds: number[] = []
    consumer.drain((header) => kinds.push(header.kind))
    expect(kinds).toEqual([...Array(batches).fill(FrameKind.batch), ...Array(barriers).fill(FrameKind.barrier)])
    expect(producer.offer(batch(), new Uint8Array(8))).toBe(true)
  })
})

describe('drain', () => {
  test('stops after the frame that reaches maxBytes, and hands over at least one', () => {
    const ring = createRing(CAPACITY)
    const producer = new RingProducer(ring)
    const consumer = new RingConsumer(ring)
    for (let i = 0; i < 5; i++) producer.offer(batch(i), new Uint8Array(32))
    const seen: number[] = []
    const take = (header: FrameHeader): number => seen.push(header.sequence)
    expect(consumer.drain(take, 0)).toBe(64)
    expect(consumer.drain(take, 65)).toBe(128)
    expect(seen).toEqual([0, 1, 2])
    expect(consumer.drain(take)).toBe(128)
    expect(consumer.drain(take)).toBe(0)
  })

  test('a frame whose handler throws counts as consumed, the next one comes next', () => {
    const ring = createRing(CAPACITY)
    const producer = new RingProducer(ring)
    const consumer = new RingConsumer(ring)
    for (let i = 0; i < 3; i++) producer.offer(batch(i), new Uint8Array(8))
    const failOn1 = (header: FrameHeader): void => {
      if (header.sequence === 1) throw new RangeError('no')
    }
    expect(() => consumer.drain(failOn1)).toThrow(RangeError)
    expect(producer.freeBytes).toBe(CAPACITY - 40)
    const seen: number[] = []
    consumer.drain((header) => seen.push(header.sequence))
    expect(seen).toEqual([2])
  })

  test('payloads are private: they neither change with the ring nor with each other, and begin at multiples of 8', () => {
    const ring = createRing(CAPACITY)
    const producer = new RingProducer(ring)
    const consumer = new RingConsumer(ring)
    const kept: { payload: Uint8Array; fill: number; length: number }[] = []
    for (let i = 0; i < 2000; i++) {
      const [length, value] = [(i * 37) % 1500, i & 255]
      expect(producer.offer(batch(), new Uint8Array(length).fill(value))).toBe(true)
      consumer.drain((_, payload) => kept.push({ payload, fill: value, length }))
    }
    for (const { payload, fill: value, length } of kept) {
      expect(payload.length).toBe(length)
      expect(payload.every((byte) => byte === value)).toBe(true)
      expect(payload.byteOffset % 8).toBe(0)
      expect(payload.buffer).toBeInstanceOf(ArrayBuffer)
    }
  })

  test('payloads handed back are used again, those kept stay as they are', () => {
    const ring = createRing(1 << 20)
    const [producer, consumer] = [new RingProducer(ring), new RingConsumer(ring)]
    const [kept, used] = [new Map<Uint8Array, number>(), new Set<ArrayBuffer>()]
    let received = 0
    for (let i = 0; i < 3000; i++) {
      const length = [5, 100, 2048, 2049, 4096, 16_000 + (i % 300), 60_000][i % 7]!
      expect(producer.offer(batch(), new Uint8Array(length).fill(i))).toBe(true)
      consumer.drain((_, payload) => {
        expect(payload.length).toBe(length)
        expect(payload.every((byte) => byte === (i & 255))).toBe(true)
        if (length === 60_000) used.add(payload.buffer)
        if (i % 50 === 0) kept.set(payload, i & 255)
        else consumer.recycle(payload)
        received++
      })
    }
    expect(received).toBe(3000)
    for (const [payload, value] of kept) expect(payload.every((byte) => byte === value)).toBe(true)
    // 428 payloads of that size: some kept, the others all in the same memory.
    expect(used.size).toBeLessThan(30)
  })

  test('a payload cannot be handed back twice', () => {
    const ring = createRing(1 << 18)
    const [producer, consumer] = [new RingProducer(ring), new RingConsumer(ring)]
    consumer.recycle(new Uint8Array(0))
    producer.offer(batch(), new Uint8Array(10_000))
    const handBackTwice = (_: FrameHeader, payload: Uint8Array<ArrayBuffer>): void => {
      consumer.recycle(payload)
      consumer.recycle(payload)
    }
    expect(() => consumer.drain(handBackTwice)).toThrow(expect.objectContaining({ code: 'MR_RING_INVALID' }))
  })

  test('refuses to be called by its own handler', () => {
    const ring = createRing(CAPACITY)
    new RingProducer(ring).offer(batch(), null)
    const consumer = new RingConsumer(ring)
    expect(() => consumer.drain(() => consumer.drain(() => {}))).toThrow(expect.objectContaining({ code: 'MR_RING_INVALID' }))
    expect(consumer.isEmpty).toBe(true)
  })

  test.each([
    ['a length of zero', 0],
    ['a length beyond what is published', 4000],
    ['a negative length', -8],
  ])('finds damaged memory: %s', (_, length) => {
    const ring = createRing(CAPACITY)
    new RingProducer(ring).offer(batch(), new Uint8Array(100))
    new Int32Array(ring)[FRAMES_OFFSET >> 2] = length
    expect(() => new RingConsumer(ring).drain(() => {})).toThrow(expect.objectContaining({ code: 'MR_FRAME_CORRUPT' }))
  })

  test('finds a tail that lies before the head', () => {
    const ring = createRing(CAPACITY)
    new Int32Array(ring)[TAIL_OFFSET >> 2] = -64
    expect(() => new RingConsumer(ring).drain(() => {})).toThrow(expect.objectContaining({ code: 'MR_FRAME_CORRUPT' }))
  })
})

test('the consumer learns once that the producer met a full ring', () => {
  const ring = createRing(CAPACITY)
  const producer = new RingProducer(ring)
  const consumer = new RingConsumer(ring)
  producer.offer(batch(), new Uint8Array(8))
  consumer.drain(() => {})
  expect(consumer.takeSpaceWanted()).toBe(false)
  fill(producer, new Uint8Array(500))
  consumer.drain(() => {})
  expect(consumer.takeSpaceWanted()).toBe(true)
  expect(consumer.takeSpaceWanted()).toBe(false)
})

test('a drain between the look at a full ring and the wish for space is not missed', () => {
  const ring = createRing(CAPACITY)
  const consumer = new RingConsumer(ring)
  let afterLook = (): void => {}
  class WatchedProducer extends RingProducer {
    override get freeBytes(): number {
      const free = super.freeBytes
      afterLook()
      return free
    }
  }
  const producer = new WatchedProducer(ring)
  fill(producer, new Uint8Array(500))
  consumer.takeSpaceWanted()
  afterLook = () => {
    consumer.drain(() => {})
    expect(consumer.takeSpaceWanted()).toBe(false)
    afterLook = () => {}
  }
  expect(producer.offer(batch(), new Uint8Array(500))).toBe(true)
})

test('what a dead producer had half written is neither seen nor in the way', () => {
  const ring = createRing(CAPACITY, 2 ** 31 - 512)
  const consumer = new RingConsumer(ring)
  new RingProducer(ring).offer(batch(1), new Uint8Array(100).fill(1))
  const tail = Atomics.load(new Int32Array(ring), TAIL_OFFSET >> 2)
  const unpublished = new Uint8Array(ring, FRAMES_OFFSET + (tail & (CAPACITY - 1)), 300)
  unpublished.fill(0xff)
  const seen: [number, number][] = []
  const take = (header: FrameHeader, payload: Uint8Array): unknown => seen.push([header.sequence, payload.reduce((a, b) => a + b, 0)])
  consumer.drain(take)
  expect(consumer.isEmpty).toBe(true)
  new RingProducer(ring).offer(batch(2), new Uint8Array(50).fill(2))
  consumer.drain(take)
  expect(seen).toEqual([
    [1, 100],
    [2, 100],
  ])
})
