import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRing, FRAME_HEADER_BYTES, FrameHeader, FrameKind, RingConsumer, RingProducer } from '../../src/ring/index.ts'
import { RING_CONTROL_RESERVE_BYTES } from '../../src/limits.ts'

const CAPACITY = 4096
const NEAR_OVERFLOW = 2 ** 31 - 8

interface Sent {
  kind: FrameKind
  flags: number
  channel: number
  attempt: number
  sequence: number
  records: number
  value: number
  payload: number[]
}

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const frame = fc.record<Sent>({
  kind: fc.constantFrom(...Object.values(FrameKind)),
  flags: fc.nat(255),
  channel: int32,
  attempt: int32,
  sequence: int32,
  records: int32,
  value: fc.double(),
  payload: fc
    .tuple(fc.oneof(fc.nat(80), fc.nat(700), fc.constantFrom(0, 1, 7, 8, 1504)), fc.nat(255))
    .map(([length, seed]) => Array.from({ length }, (_, i) => (seed + i * 7) & 255)),
})

type Step = { offer: Sent } | { drain: number } | { replace: 'producer' | 'consumer' }
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: frame.map((offer) => ({ offer })) },
    { weight: 3, arbitrary: fc.oneof(fc.nat(3000), fc.constant(Infinity)).map((drain) => ({ drain })) },
    { weight: 1, arbitrary: fc.constantFrom('producer' as const, 'consumer' as const).map((replace) => ({ replace })) },
  ) as fc.Arbitrary<Step>,
  { maxLength: 120 },
)

function toHeader(sent: Sent): FrameHeader {
  const { payload: _, ...fields } = sent
  return Object.assign(new FrameHeader(), fields)
}

function toSent(header: FrameHeader, payload: Uint8Array): Sent {
  const { length, ...fields } = header
  expect(length).toBe(payload.length)
  return { ...fields, payload: [...payload] }
}

describe('a ring behaves as a bounded queue', () => {
  test.each([0, NEAR_OVERFLOW, -(2 ** 31), -1024, 8 * 12345])('positions from %i', (initialPosition) => {
    fc.assert(
      fc.property(steps, (script) => {
        const ring = createRing(CAPACITY, initialPosition)
        let producer = new RingProducer(ring)
        let consumer = new RingConsumer(ring)
        const model: Sent[] = []
        const take = (header: FrameHeader, payload: Uint8Array): void => expect(toSent(header, payload)).toEqual(model.shift())
        for (const step of script) {
          if ('offer' in step) {
            const before = producer.freeBytes
            const accepted = producer.offer(toHeader(step.offer), Uint8Array.from(step.offer.payload))
            if (accepted) model.push(step.offer)
            else {
              // Refused frames have a reason, and leave no trace.
              const bytes = FRAME_HEADER_BYTES + step.offer.payload.length + 7
              const reserve = step.offer.kind === FrameKind.batch ? RING_CONTROL_RESERVE_BYTES : 0
              expect(before).toBeLessThan(2 * bytes + reserve)
              expect(producer.freeBytes).toBe(before)
            }
          } else if ('drain' in step) {
            const before = producer.freeBytes
            const wasEmpty = consumer.isEmpty
            expect(wasEmpty).toBe(model.length === 0)
            const drained = consumer.drain(take, step.drain)
            expect(drained === 0).toBe(wasEmpty)
            expect(producer.freeBytes).toBe(before + drained)
            if (step.drain === Infinity) expect(model).toEqual([])
          } else if (step.replace === 'producer') producer = new RingProducer(ring)
          else consumer = new RingConsumer(ring)
        }
        consumer.drain(take)
        expect(model).toEqual([])
        expect(consumer.isEmpty).toBe(true)
        expect(producer.freeBytes).toBe(CAPACITY)
      }),
      { numRuns: 200 },
    )
  })
})
