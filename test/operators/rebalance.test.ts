import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChannelSender } from '../../src/channel/channel-sender.ts'
import { Outbox } from '../../src/channel/outbox.ts'

/** Channels of which the test says what credit they have; they keep what is sent. */
function outbox(credits: number[], batchRecords: number): { output: Outbox; sent: unknown[][] } {
  const sent: unknown[][] = credits.map(() => [])
  const senders = credits.map((_, channel): ChannelSender => ({
    sendRecords: (records, count) => void sent[channel]!.push(...records.slice(0, count)),
    sendColumns: () => {},
    sendControl: () => {},
    flush: () => true,
    get availableBytes() {
      return credits[channel]!
    },
    batchRecordsMax: batchRecords,
  }))
  return { output: new Outbox(senders, new Uint16Array(1), false, batchRecords), sent }
}

test('the widest channel is one with the most credit', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat(5), { maxLength: 20 }),
      (credits, changes) => {
        const { output } = outbox(credits, 8)
        for (const change of changes) {
          credits[change % credits.length] = change
          expect(credits[output.widest()]).toBe(Math.max(...credits))
        }
      },
    ),
  )
})

test('channels of equal credit take turns', () => {
  const { output } = outbox([7, 7, 1, 7], 8)
  expect(Array.from({ length: 7 }, () => output.widest())).toEqual([0, 1, 3, 0, 1, 3, 0])
})

test('a channel has records pending until its batch is full, or flushed', () => {
  const { output, sent } = outbox([1, 1], 3)
  const pendingAfter = ['a', 'b', 'c', 'd'].map((record) => {
    output.push(1, record, Number.NaN)
    return output.pending(1)
  })
  expect(pendingAfter).toEqual([1, 2, 0, 1])
  expect(output.pending(0)).toBe(0)
  output.flushBatches()
  expect(output.pending(1)).toBe(0)
  expect(sent).toEqual([[], ['a', 'b', 'c', 'd']])
})
