import { expect, test } from 'vitest'
import { CreditTable } from '../../src/channel/credit.ts'
import { LocalSender } from '../../src/channel/local-sender.ts'
import type { Envelope } from '../../src/channel/mailbox.ts'
import { approximateBytes } from '../../src/codec/approximate-size.ts'

const ALLOWANCE_BYTES = 1024 * 1024

function sending() {
  const credits = new CreditTable(CreditTable.create(1))
  credits.publish(0, ALLOWANCE_BYTES)
  const frames: Envelope[] = []
  const sender = new LocalSender(
    0,
    credits,
    ALLOWANCE_BYTES,
    (frame) => frames.push(frame),
    () => {},
    false,
  )
  return { sender, frames }
}

test('records that stay within a worker count about as much as they take, so that a mailbox of large ones is as bounded as one of small ones', () => {
  const { sender, frames } = sending()
  const large = Array.from({ length: 1024 }, (_, id) => ({ id, text: 'x'.repeat(10_000) }))
  sender.sendRecords(large, 1024, null)
  // The first batch comes as a surprise; from then on batches hold what half of the allowance takes.
  expect(sender.batchRecordsMax).toBeLessThan(60)
  let sent = 0
  while (sender.flush() && sent < 1000) sender.sendRecords(large, (sent += sender.batchRecordsMax) && sender.batchRecordsMax, null)
  const held = frames.reduce((records, { batch }) => records + batch!.length, 0)
  expect(held).toBeLessThan(1024 + 120)
})

test('small records count what they always did, and come in full batches', () => {
  const { sender, frames } = sending()
  const small = Array.from({ length: 1024 }, (_, id) => ({ id, at: id }))
  sender.sendRecords(small, 1024, null)
  expect(sender.batchRecordsMax).toBeGreaterThan(4000)
  expect(frames[0]!.costBytes).toBe(32 + 1024 * 64)
})

test.each([
  ['a number', 5, 8, 8],
  ['a text', 'x'.repeat(1000), 1000, 1020],
  ['an object', { a: 1, b: 'yy' }, 30, 60],
  ['a long array', Array.from({ length: 10_000 }, () => 'x'.repeat(100)), 1_000_000, 1_200_000],
  ['bytes', new Uint8Array(5000), 5000, 5020],
  [
    'something that contains itself',
    (() => {
      const o: Record<string, unknown> = { a: 1 }
      o['self'] = o
      return o
    })(),
    1,
    1e7,
  ],
  ['nothing', undefined, 8, 8],
])('%s', (_, value, least, most) => {
  expect(approximateBytes(value)).toBeGreaterThanOrEqual(least)
  expect(approximateBytes(value)).toBeLessThanOrEqual(most)
})
