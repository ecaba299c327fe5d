import { expect, test } from 'vitest'
import type { ChannelSender } from '../../src/channel/channel-sender.ts'
import { Outbox } from '../../src/channel/outbox.ts'
import { FrameKind } from '../../src/ring/index.ts'

/** What an outbox sends of: a record, a watermark, word that the input is idle, a barrier. */
function sentBy(tellsTime: boolean): string[] {
  const sent: string[] = []
  const sender: ChannelSender = {
    sendRecords: () => void sent.push('records'),
    sendColumns: () => {},
    sendControl: (kind) => void sent.push(Object.entries(FrameKind).find(([, value]) => value === kind)![0]),
    flush: () => true,
    availableBytes: 1000,
    batchRecordsMax: 100,
  }
  const outbox = new Outbox([sender], new Uint16Array(1), false, 4, tellsTime)
  outbox.push(0, 'a', NaN)
  outbox.watermark(10)
  outbox.flushBatches()
  outbox.idle(true)
  outbox.broadcast(FrameKind.barrier, 1)
  return sent
}

test('event time goes to actors only: it would wake the app thread, which does not ask for it', () => {
  expect(sentBy(true)).toEqual(['records', 'watermark', 'idle', 'barrier'])
  expect(sentBy(false)).toEqual(['records', 'barrier'])
})
