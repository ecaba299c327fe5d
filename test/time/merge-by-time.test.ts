import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineJob } from '../../src/index.ts'
import { simulate } from '../../src/testing/index.ts'
import { TimeBuffer } from '../../src/time/time-buffer.ts'

interface Config {
  readonly count: number
  readonly failAt: number
  readonly bufferRecordsMax: number
}

let failed = false
const fail = (n: number, { failAt }: Config): void => {
  if (n !== failAt || failed) return
  failed = true
  throw new Error('the planned failure')
}

const job = defineJob<Config>(import.meta, {
  build: ({ source, config }) => {
    const rows = source.generate('rows', { count: config.count, splits: 4, make: (n) => ({ n, at: n >> 1 }), eventTime: ({ at }) => at })
    const divided = rows.partitionByTime({ bucketMs: 7, by: 'event' }).tap(({ n }) => fail(n, config), { parallelism: 3 })
    return { merged: divided.mergeByTime({ bufferRecordsMax: config.bufferRecordsMax }) }
  },
})

/** Every hundredth record comes a thousand later than its time. */
const lateJob = defineJob(import.meta, {
  build: ({ source }) =>
    source
      .generate('rows', { count: 2_000, splits: 1, make: (n) => ({ n, at: n % 100 === 99 ? n - 1_000 : n }), eventTime: ({ at }) => at })
      .mergeByTime({ lateRecords: 'output' }),
})

const untimed = defineJob(import.meta, {
  build: ({ source }) => ({ merged: source.generate('rows', { count: 1, make: (n) => n }).mergeByTime() }),
})

describe('mergeByTime', () => {
  test('gives records that were divided among instances in the order of their times, over restarts too', async () => {
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      failed = false
      const config = { count: 5_000, failAt: seed > 3 ? 3_500 : -1, bufferRecordsMax: 1_000_000 }
      const { outlets, restarts } = await simulate(job, { seed, workers: 2, config, batchRecords: 32, checkpointIntervalMs: 5 })
      const times = outlets.merged.map(({ at }) => at)
      expect(restarts).toBe(seed > 3 ? 1 : 0)
      if (restarts === 0) {
        expect(times).toEqual(Array.from({ length: 5_000 }, (_, n) => n >> 1))
        continue
      }
      // What an outlet showed before the restart comes again: both stretches are in order, and together they are everything.
      const backwards = times.filter((time, i) => i > 0 && time < times[i - 1]!)
      expect(backwards.length, `seed ${seed}`).toBeLessThanOrEqual(1)
      expect(new Set(outlets.merged.map(({ n }) => n)).size).toBe(5_000)
    }
  })

  test('keeps no more records than it may', async () => {
    failed = false
    const run = simulate(job, { seed: 1, config: { count: 5_000, failAt: -1, bufferRecordsMax: 10 }, restart: { maxRestarts: 0 } })
    await expect(run).rejects.toMatchObject({ code: 'MR_BUFFER_FULL', message: expect.stringContaining('10 records') })
  })

  test('gives late records as a stream of their own where that is wanted', async () => {
    const { results, late } = (await simulate(lateJob, { seed: 3, workers: 2, batchRecords: 8 })).outlets
    expect(results.map(({ at }) => at)).toEqual(results.map(({ at }) => at).toSorted((a, b) => a - b))
    expect([...results, ...late].map(({ n }) => n).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 2_000 }, (_, n) => n))
    expect(late.length).toBeGreaterThan(0)
  })

  test('is refused for a stream without event times', async () => {
    await expect(simulate(untimed, { seed: 1 })).rejects.toMatchObject({
      code: 'MR_GRAPH_INVALID',
      message: expect.stringContaining('event times'),
    })
  })
})

test('a time buffer gives records back by time, those of equal time in the order in which they came', () => {
  const action = fc.oneof(fc.record({ time: fc.nat(20) }), fc.constant(null))
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
      const buffer = new TimeBuffer<number>()
      const expected: { time: number; n: number }[] = []
      actions.forEach((each, n) => {
        if (each !== null) {
          buffer.add(n, each.time)
          expected.push({ time: each.time, n })
          expected.sort((a, b) => a.time - b.time || a.n - b.n)
        } else if (expected.length > 0) {
          expect(buffer.firstTime).toBe(expected[0]!.time)
          expect(buffer.take()).toBe(expected.shift()!.n)
        }
        expect(buffer.entries().map(({ record }) => record)).toEqual(expected.map(({ n: at }) => at))
      })
    }),
  )
})
