import fc from 'fast-check'
import { expect, test } from 'vitest'
import { trigger, window } from '../../src/index.ts'
import type { WindowAssigner } from '../../src/index.ts'
import { operatorKit } from '../../src/testing/index.ts'
import type { KitContext, Step } from '../../src/testing/index.ts'
import { inTier } from '../tier.ts'

interface Reading {
  readonly key: string | number
  readonly value: number
}

const assigner = fc.oneof(
  fc.integer({ min: 1, max: 12 }).map((sizeMs) => window.tumbling({ sizeMs })),
  fc
    .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
    .map(([sizeMs, slideMs]) => window.sliding({ sizeMs, slideMs })),
  fc.integer({ min: 1, max: 8 }).map((gapMs) => window.session({ gapMs })),
)

/** Readings and watermarks in any order: many come too late, and some at the very last moment. */
const script = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        timestamp: fc.integer({ min: -10, max: 40 }),
        record: fc.record({ key: fc.constantFrom<string | number>('a', 'b', 3), value: fc.integer({ min: -5, max: 5 }) }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ watermark: fc.integer({ min: -10, max: 40 }) }) },
  ),
  { maxLength: 24 },
)

/** Watermarks only grow. */
function growing(steps: readonly Step[]): Step[] {
  let last = -Infinity
  const kept = steps.filter((step) => {
    if (!('watermark' in step)) return true
    const grows = step.watermark! > last
    if (grows) last = step.watermark!
    return grows
  })
  return [...kept, { end: true }]
}

const build =
  (windows: WindowAssigner<unknown, 'time'>, all: boolean, options: object) =>
  ({ input }: KitContext) => {
    const readings = input<Reading>()
    const windowed = all ? readings.windowAll(windows, options) : readings.keyBy('key').window(windows, options)
    return (windowed as ReturnType<typeof readings.windowAll<'time'>>).aggregate((a) => ({
      n: a.count(),
      sum: a.sum('value'),
      least: a.min('value'),
      most: a.max('value'),
      mean: a.avg('value'),
      all: a.custom<number[], string>({
        create: () => [],
        add: (values, { value }) => [...values, value],
        merge: (one, other) => [...one, ...other],
        result: (values) => [...values].sort((x, y) => x - y).join(' '),
      }),
    }))
  }

test('combined or not, windows take the same records in time, and the same too late', async () => {
  const same = fc.asyncProperty(assigner, fc.boolean(), script, async (windows, all, steps) => {
    const grown = growing(steps as Step[])
    const outputs = async (options: object): Promise<unknown[]> => {
      const { records } = await operatorKit(build(windows, all, options), grown, { order: 'any' })
      return records.out.map((row) => JSON.stringify(row)).sort((x, y) => (x < y ? -1 : 1))
    }
    expect(await outputs({})).toEqual(await outputs({ trigger: trigger.eventTime() }))
  })
  await fc.assert(same, { numRuns: inTier(8, 50) })
})

test('what is late before a restart is late after it, where sessions are combined as well', async () => {
  const row = { key: 'a', value: 0 }
  const steps: Step[] = [{ watermark: 1 }, { timestamp: 0, record: row }, { timestamp: 1, record: row }, { end: true }]
  const { records } = await operatorKit(build(window.session({ gapMs: 2 }), false, {}), steps)
  expect(records.out).toMatchObject([{ key: 'a', n: 1, windowStart: 1, windowEnd: 3 }])
})
