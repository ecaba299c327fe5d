import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { createDoorbells, Doorbell } from '../../src/ring/index.ts'
import type { SleepPlan } from './threads/sleeper.ts'

function startSleeper(plan: SleepPlan): Worker {
  return new Worker(new URL(`./threads/sleeper${extname(import.meta.url)}`, import.meta.url), { workerData: plan })
}

async function reasonsOf(steps: SleepPlan['steps']): Promise<unknown[]> {
  const bells = createDoorbells(1)
  const sleeper = startSleeper({ bells, steps, endless: false })
  const reasons: unknown[] = []
  sleeper.on('message', (reason) => {
    reasons.push(reason)
    setTimeout(() => new Doorbell(bells, 0).ring(), 20)
  })
  await once(sleeper, 'exit')
  return reasons
}

describe('a thread that sleeps', () => {
  test('blocked is woken although an async sleep of it ended by its time before', async () => {
    expect(await reasonsOf(['sleepAsync 1 ms', 'sleep', 'sleepAsync', 'sleep'])).toEqual(['timeout', 'rung', 'rung', 'rung'])
  })

  test('in sleepAsync stays alive until it is woken, with nothing else to do', async () => {
    expect(await reasonsOf(['sleepAsync 1 ms', 'sleepAsync', 'sleepAsync'])).toEqual(['timeout', 'rung', 'rung'])
  })

  test.each(['sleep', 'sleepAsync'] as const)('in %s may be terminated while it is rung without pause', async (step) => {
    for (let round = 0; round < 12; round++) {
      const bells = createDoorbells(1)
      const bell = new Doorbell(bells, 0)
      const sleeper = startSleeper({ bells, steps: [step], endless: true })
      await once(sleeper, 'online')
      await delay(round * 2)
      const ended = sleeper.terminate()
      let exited = false
      void ended.then(() => (exited = true))
      while (!exited) {
        for (let i = 0; i < 200; i++) bell.ring()
        await delay(0)
      }
      expect(await ended).toBe(1)
    }
  })
})

test('a hundred thousand async sleeps leave neither timers nor memory behind', async () => {
  const bell = new Doorbell(createDoorbells(1), 0)
  const sleeps = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const asleep = bell.sleepAsync(() => false, 60_000)
      bell.ring()
      await asleep
    }
  }
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  await sleeps(20_000)
  const timersBefore = timers()
  let grownBytes = Infinity
  // The heap grows now and then for reasons of its own; what is left behind would be there every time.
  for (let round = 0; round < 5 && grownBytes >= 16 * 1024 * 1024; round++) {
    const before = process.memoryUsage().rss
    await sleeps(100_000)
    grownBytes = process.memoryUsage().rss - before
  }
  expect(timers()).toBeLessThanOrEqual(timersBefore)
  // A timer of V8's for each sleep would be 20 MB and more.
  expect(grownBytes).toBeLessThan(16 * 1024 * 1024)
})
