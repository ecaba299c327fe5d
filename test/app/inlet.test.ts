import { expect, test } from 'vitest'
import { Inlet } from '../../src/app/inlet.ts'
import { CreditTable } from '../../src/channel/credit.ts'
import { PeerRing } from '../../src/channel/peer-ring.ts'
import { INLET_LOG_BYTES_MAX } from '../../src/limits.ts'
import { Doorbell, FrameKind, RingConsumer, createDoorbells, createRing } from '../../src/ring/index.ts'

const MB = 1024 * 1024

test('a checkpoint that makes room sends what waited for it, and the end behind it, without anybody asking', () => {
  const deferred: (() => void)[] = []
  const inlet = new Inlet<object>({
    name: 'orders',
    site: 'job.ts:1:1',
    mode: 'generated',
    freeze: null,
    wake: () => {},
    defer: (fn) => deferred.push(fn),
    wantCheckpoint: () => {},
  })
  const ring = createRing(32 * MB)
  const consumer = new RingConsumer(ring)
  const credits = new CreditTable(CreditTable.create(1))
  credits.publish(0, 2 ** 31 - 1)
  const received: number[] = []
  const drain = (): void => {
    while (consumer.drain(({ kind, records }) => void received.push(kind === FrameKind.batch ? records : -1), 64 * MB) > 0);
  }
  const peer = new PeerRing(ring, new Doorbell(createDoorbells(1), 0))
  inlet.connect({ attempt: 1, channel: 0, credits, exclusiveBytes: 64 * MB, ring: peer }, 0)
  const cargo = new Float64Array(MB)
  for (let sent = 0; sent < INLET_LOG_BYTES_MAX; sent += cargo.byteLength) {
    expect(inlet.tryPush({ cargo })).toBe(true)
    for (const fn of deferred.splice(0)) fn()
    drain()
  }
  const full = received.length
  expect(inlet.tryPush({ n: 1 })).toBe(true)
  for (const fn of deferred.splice(0)) fn()
  inlet.end()
  drain()
  expect(received.slice(full)).toEqual([])
  inlet.commit(full)
  drain()
  expect(received.slice(full)).toEqual([1, -1])
})
