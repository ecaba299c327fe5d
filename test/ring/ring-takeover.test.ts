import { afterEach, describe, expect, test } from 'vitest'
import { createDoorbells, createRing, Doorbell, RingConsumer } from '../../src/ring/index.ts'
import { COUNTED, FIRST_DELIVERY, RECEIVER, SENDER, type ThreadJob, UNTIL } from './threads/job.ts'
import { kill, type RunningThread, startThread } from './threads/start.ts'
import { payloadOf } from './threads/traffic.ts'

const seed = Number(process.env['RING_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const FRAMES_MAX = 8_000_000
const PAYLOAD_BYTES_MAX = 600
/** A receiving thread drains at most 3,000 bytes at once, and the frame that reaches them. */
const DRAIN_BYTES_MAX = 3_000 + 32 + PAYLOAD_BYTES_MAX + 8
const ROUNDS = 15

const running: RunningThread[] = []
afterEach(async () => {
  for (const thread of running.splice(0)) await kill(thread)
})

function start(job: ThreadJob): RunningThread {
  const thread = startThread(job)
  running.push(thread)
  return thread
}

function prepare() {
  const job: Omit<ThreadJob, 'role'> = {
    ring: createRing(4096, 2 ** 31 - 8),
    bells: createDoorbells(2),
    progress: new SharedArrayBuffer(4 * (FIRST_DELIVERY + FRAMES_MAX)),
    seed,
    payloadBytesMax: PAYLOAD_BYTES_MAX,
    fragments: false,
    sleep: 'sleep',
    pauseTurnsMax: 0,
    framesBetweenSleeps: 0,
    from: 0,
  }
  const progress = new Int32Array(job.progress)
  Atomics.store(progress, UNTIL, FRAMES_MAX)
  return { job, progress, deliveries: progress.subarray(FIRST_DELIVERY) }
}

/** Waits until the stream has moved on by a number of frames that differs from round to round. */
async function someFrames(progress: Int32Array, round: number): Promise<void> {
  const target = Atomics.load(progress, COUNTED) + 200 + (((seed ^ Math.imul(round, 0x9e3779b1)) >>> 0) % 5_000)
  while (Atomics.load(progress, COUNTED) < target) await new Promise((resolve) => setImmediate(resolve))
}

/** As the runtime does when a thread has died: whoever waits for it looks again. */
function ringBoth({ bells }: { bells: SharedArrayBuffer }): void {
  new Doorbell(bells, SENDER).ring()
  new Doorbell(bells, RECEIVER).ring()
}

describe('a thread that is terminated in mid-stream is replaced by another', () => {
  test('sender: every frame that it published arrives once and whole, and nothing else of it does', async () => {
    const { job, progress, deliveries } = prepare()
    const receiver = start({ ...job, role: 'receive' })
    let sender = start({ ...job, role: 'send' })
    let published = 0
    for (let round = 0; round < ROUNDS; round++) {
      await someFrames(progress, round)
      await kill(sender)
      ringBoth(job)
      while (!new RingConsumer(job.ring).isEmpty) await new Promise((resolve) => setTimeout(resolve, 1))
      published = deliveries.indexOf(0, published)
      const counted = Atomics.load(progress, COUNTED)
      const legal = { 'died before publishing or after counting': counted, 'died between publishing and counting': counted + 1 }
      expect(Object.values(legal), `RING_SEED=${seed}`).toContain(published)
      if (round === ROUNDS - 1) Atomics.store(progress, UNTIL, published + 1_000)
      sender = start({ ...job, role: 'send', from: published })
    }
    await sender.result
    expect((await receiver.result).faults, `RING_SEED=${seed}`).toEqual([])
    expect(deliveries.subarray(0, Atomics.load(progress, UNTIL)).every((times) => times === 1)).toBe(true)
  })

  test('receiver: every frame arrives whole, again only what the dead thread was draining', async () => {
    const { job, progress, deliveries } = prepare()
    const sender = start({ ...job, role: 'send' })
    let receiver = start({ ...job, role: 'receive' })
    for (let round = 0; round < ROUNDS; round++) {
      await someFrames(progress, round)
      await kill(receiver)
      if (round === ROUNDS - 1) Atomics.store(progress, UNTIL, Atomics.load(progress, COUNTED) + 1_000)
      receiver = start({ ...job, role: 'receive', from: -1 })
      ringBoth(job)
    }
    await sender.result
    expect((await receiver.result).faults, `RING_SEED=${seed}`).toEqual([])
    const outcomes = { 'died between drains': ROUNDS, 'died in a drain': 0 }
    for (let i = 0, again = 0; i < Atomics.load(progress, UNTIL); i++) {
      expect([1, 2], `deliveries of frame ${i}, RING_SEED=${seed}`).toContain(deliveries[i])
      if (deliveries[i] === 1) again = 0
      else {
        if (again === 0) {
          outcomes['died in a drain']++
          outcomes['died between drains']--
        }
        again += 32 + payloadOf(seed, i, PAYLOAD_BYTES_MAX).length
        expect(again, `bytes delivered again up to frame ${i}, RING_SEED=${seed}`).toBeLessThanOrEqual(DRAIN_BYTES_MAX)
      }
    }
    expect(outcomes['died between drains']).toBeGreaterThanOrEqual(0)
  })
})
