import { describe, expect, test } from 'vitest'
import { createDoorbells, createRing } from '../../src/ring/index.ts'
import { FIRST_DELIVERY, type ThreadJob, UNTIL } from './threads/job.ts'
import { startThread } from './threads/start.ts'

const NEAR_OVERFLOW = 2 ** 31 - 8
const seed = Number(process.env['RING_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

interface Case {
  readonly frames: number
  readonly capacity?: number
  readonly position?: number
  readonly payloadBytesMax?: number
  readonly fragments?: boolean
  readonly sleep?: ThreadJob['sleep']
  readonly pauseTurnsMax?: number
  readonly framesBetweenSleeps?: number
}

async function stream(options: Case) {
  const {
    frames,
    capacity = 4096,
    position = NEAR_OVERFLOW,
    payloadBytesMax = 300,
    fragments = false,
    sleep = 'sleep',
    pauseTurnsMax = 0,
    framesBetweenSleeps = 0,
  } = options
  const progress = new SharedArrayBuffer(4 * (FIRST_DELIVERY + frames))
  Atomics.store(new Int32Array(progress), UNTIL, frames)
  const shared = { ring: createRing(capacity, position), bells: createDoorbells(2), progress }
  const job = { ...shared, seed, payloadBytesMax, fragments, sleep, pauseTurnsMax, framesBetweenSleeps, from: 0 }
  const [sent, received] = [startThread({ ...job, role: 'send' }), startThread({ ...job, role: 'receive' })]
  const results = await Promise.all([sent.result, received.result])
  const deliveries = new Int32Array(progress).subarray(FIRST_DELIVERY)
  return { sender: results[0], receiver: results[1], deliveries }
}

async function expectAllOnce(options: Case): Promise<Awaited<ReturnType<typeof stream>>> {
  const outcome = await stream(options)
  expect(outcome.receiver.faults, `RING_SEED=${seed}`).toEqual([])
  expect(outcome.deliveries.every((times) => times === 1)).toBe(true)
  expect([outcome.sender.sleeps.overslept, outcome.receiver.sleeps.overslept], `lost wake-ups with RING_SEED=${seed}`).toEqual([0, 0])
  return outcome
}

describe('between two threads every frame arrives once, in order and whole', () => {
  test.each([
    ['across the overflow of int32', NEAR_OVERFLOW],
    ['across zero', -512],
    ['from the smallest int32', -(2 ** 31)],
  ])('%s', async (_, position) => {
    await expectAllOnce({ frames: 100_000, position })
  })

  test('in a ring of which most frames take a large part', async () => {
    await expectAllOnce({ frames: 20_000, payloadBytesMax: 1504 })
  })

  test('in a ring so small that most payloads need fragments', async () => {
    await expectAllOnce({ frames: 3_000, payloadBytesMax: 20_000, fragments: true })
  })

  test('in a ring of 1 MiB', async () => {
    await expectAllOnce({ frames: 50_000, capacity: 1 << 20, payloadBytesMax: 1504 })
  })
})

describe('no wake-up is lost, in either direction', () => {
  test.each([
    ['sleep', 0],
    ['sleep', 300],
    ['sleep', 3_000],
    ['sleepAsync', 0],
    ['sleepAsync', 300],
    ['sleepAsync', 3_000],
  ] as const)('%s, random pauses up to %i turns', async (sleep, pauseTurnsMax) => {
    const frames = pauseTurnsMax === 0 ? 100_000 : 30_000
    const { sender, receiver } = await expectAllOnce({ frames, sleep, pauseTurnsMax, payloadBytesMax: 600, framesBetweenSleeps: 2_000 })
    // Else nothing was hunted.
    expect(sender.sleeps.rung).toBeGreaterThan(10)
    expect(receiver.sleeps.rung + receiver.sleeps.work).toBeGreaterThan(10)
  })
})
