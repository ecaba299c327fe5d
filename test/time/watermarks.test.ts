import { describe, expect, test } from 'vitest'
import { simulate } from '../../src/testing/index.ts'
import { type Config, type Seen, forgetFailure, job } from './jobs/watermark-job.ts'

const DEFAULTS: Config = { count: 20_000, disorderMs: 0, shuffledMs: 0, splits: 2, failAt: -1, assigned: false }

async function seen(config: Partial<Config>, options: object = {}): Promise<readonly Seen[]> {
  forgetFailure()
  const run = await simulate(job, { config: { ...DEFAULTS, ...config }, workers: 2, ...options })
  return run.outlets.seen
}

const isWatermark = ({ at }: Seen): boolean => Number.isNaN(at)
const late = (all: readonly Seen[]): number => all.filter(({ at, watermark }) => at <= watermark).length

describe.each([false, true])('watermarks, event times assigned behind the source: %s', (assigned) => {
  test('follow the records, never overtake one that is in order, and end with the input', async () => {
    for (const seed of [1, 2, 3, 4]) {
      const all = await seen({ assigned }, { seed })
      expect(late(all), `seed ${seed}`).toBe(0)
      expect(all.filter((each) => !isWatermark(each))).toHaveLength(DEFAULTS.count)
      for (const instance of [0, 1]) {
        const watermarks = all.filter((each) => isWatermark(each) && each.instance === instance)
        expect(watermarks.at(-1)!.watermark).toBe(Infinity)
      }
    }
  })

  test('leave room for the disorder that was declared', async () => {
    expect(late(await seen({ assigned, shuffledMs: 50, disorderMs: 50 }, { seed: 1 }))).toBe(0)
  })

  test('do not go back over a restart, whatever the parallelism of the batch', async () => {
    for (const seed of [5, 6, 7]) {
      const all = await seen({ assigned, failAt: 15_000 }, { seed, checkpointIntervalMs: 5, batchRecords: 64 })
      expect(all.filter(isWatermark).length).toBeGreaterThanOrEqual(2)
    }
  })
})
