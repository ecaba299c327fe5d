import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createRing,
  FLAG_CONTINUED,
  FLAG_MORE,
  FragmentAssembler,
  FragmentWriter,
  FrameHeader,
  RingConsumer,
  RingProducer,
} from '../../src/ring/index.ts'

function header(fields: Partial<FrameHeader>): FrameHeader {
  return Object.assign(new FrameHeader(), fields)
}

const bytes = (...values: number[]): Uint8Array<ArrayBuffer> => Uint8Array.from(values)

describe('payloads of any size', () => {
  test('arrive whole and in order per channel, whatever the sizes and however often the ring is full', () => {
    const payloads = fc.array(fc.record({ channel: fc.nat(2), length: fc.oneof(fc.nat(40), fc.nat(20_000)), from: fc.nat(50) }), {
      maxLength: 30,
    })
    fc.assert(
      fc.property(payloads, fc.integer({ min: 1, max: 3000 }), (script, fragmentBytes) => {
        const ring = createRing(4096, 2 ** 31 - 8)
        const [producer, consumer] = [new RingProducer(ring), new RingConsumer(ring)]
        const writers = [0, 1, 2].map(() => new FragmentWriter(producer, Math.max(fragmentBytes, 200)))
        const assemblers = [0, 1, 2].map(() => new FragmentAssembler())
        const queues = [0, 1, 2].map((channel) =>
          script.flatMap((p, i) =>
            p.channel === channel ? [{ ...p, sequence: i, payload: new Uint8Array(p.from + p.length).fill(i + 1) }] : [],
          ),
        )
        const received: number[][] = [[], [], []]
        const take = (h: FrameHeader, fragment: Uint8Array<ArrayBuffer>): void => {
          const whole = assemblers[h.channel]!.add(h, fragment)
          if (whole === null) return
          const sent = script[h.sequence]!
          expect(whole.length).toBe(sent.length)
          expect(whole.every((byte) => byte === ((h.sequence + 1) & 255))).toBe(true)
          expect([h.records, h.value]).toEqual([sent.length, sent.length / 2])
          received[h.channel]!.push(h.sequence)
        }
        // All three channels take turns, so that their fragments interleave.
        while (queues.some((q) => q.length > 0) || writers.some((w) => w.isPending)) {
          for (const [channel, writer] of writers.entries()) {
            if (!writer.resume()) continue
            const next = queues[channel]!.shift()
            if (next === undefined) continue
            const h = header({ channel, sequence: next.sequence, records: next.length, value: next.length / 2 })
            expect(writer.write(h, next.payload, next.from)).toBe(!writer.isPending)
          }
          consumer.drain(take, 1000)
        }
        consumer.drain(take)
        for (const channel of [0, 1, 2]) expect(received[channel]).toEqual(script.flatMap((p, i) => (p.channel === channel ? [i] : [])))
        expect(assemblers.map((a) => a.pendingBytes)).toEqual([0, 0, 0])
      }),
      { numRuns: 60 },
    )
  })

  test('a writer refuses a second payload while one is pending, and forgets it when told', () => {
    const writer = new FragmentWriter(new RingProducer(createRing(4096)))
    expect(writer.write(header({}), new Uint8Array(10_000))).toBe(false)
    expect(() => writer.write(header({}), bytes(1))).toThrow(expect.objectContaining({ code: 'MR_RING_INVALID' }))
    writer.abandon()
    expect(writer.isPending).toBe(false)
    expect(writer.resume()).toBe(true)
  })
})

describe('an assembler', () => {
  const first = { flags: FLAG_MORE, sequence: 5, attempt: 1 }
  const last = { flags: FLAG_CONTINUED, sequence: 5, attempt: 1 }

  test('drops what an older attempt left, and late fragments of it', () => {
    const assembler = new FragmentAssembler()
    expect(assembler.add(header(first), bytes(1))).toBe(null)
    expect(assembler.add(header({ flags: FLAG_MORE, sequence: 0, attempt: 2 }), bytes(2))).toBe(null)
    expect(assembler.add(header(last), bytes(3))).toBe(null)
    expect(assembler.add(header({ flags: FLAG_CONTINUED, sequence: 0, attempt: 2 }), bytes(4))).toEqual(bytes(2, 4))
    expect(assembler.add(header({ sequence: 6, attempt: 1 }), bytes(5))).toBe(null)
    expect(assembler.add(header({ sequence: 1, attempt: 2 }), bytes(6))).toEqual(bytes(6))
  })

  test('a whole frame of a newer attempt drops the pending fragments', () => {
    const assembler = new FragmentAssembler()
    assembler.add(header(first), bytes(1, 2, 3))
    expect(assembler.pendingBytes).toBe(3)
    expect(assembler.add(header({ attempt: 2 }), bytes(9))).toEqual(bytes(9))
    expect(assembler.pendingBytes).toBe(0)
  })

  test.each([
    ['a continuation of nothing', [last]],
    ['a whole frame between fragments', [first, { sequence: 5, attempt: 1 }]],
    ['a fragment of another sequence', [first, { ...last, sequence: 6 }]],
    ['a second beginning', [first, first]],
    ['a continuation of an older attempt under a newer one', [first, { ...last, attempt: 2 }]],
  ])('finds %s', (_, frames) => {
    const assembler = new FragmentAssembler()
    const add = (): unknown => frames.map((fields) => assembler.add(header(fields), bytes(1)))
    expect(add).toThrow(expect.objectContaining({ code: 'MR_FRAME_CORRUPT' }))
  })

  test('refuses a payload that grows beyond its bound', () => {
    const assembler = new FragmentAssembler(5)
    assembler.add(header(first), bytes(1, 2, 3))
    expect(() => assembler.add(header(last), bytes(1, 2, 3))).toThrow(expect.objectContaining({ code: 'MR_RECORD_TOO_LARGE' }))
    expect(assembler.pendingBytes).toBe(0)
  })
})
