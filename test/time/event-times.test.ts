/** What may be an event time, and what becomes of the rest: refused where records get their times, so that no watermark comes of it. */
import { describe, expect, test } from 'vitest'
import { type Outlets, type Stream, type WatermarkGenerator, defineJob, window } from '../../src/index.ts'
import { runToEnd } from '../../src/testing/index.ts'

interface Row {
  readonly n: number
  readonly at: unknown
}

const COUNT = 20

/** Rows whose tenth has a time of its own. */
function timesJob(tenth: unknown, assigned: boolean, use: (rows: Stream<Row>) => Outlets, onError: 'fail' | 'skip') {
  return defineJob(import.meta, {
    build: ({ source }) => {
      const make = (n: number): Row => ({ n, at: n === 10 ? tenth : n })
      const eventTime = ({ at }: Row): number => at as number
      if (!assigned) return use(source.generate('rows', { count: COUNT, splits: 1, make, eventTime }))
      return use(source.generate('rows', { count: COUNT, splits: 1, make }).withEventTime(eventTime, { onError }))
    },
  })
}

const merged = (rows: Stream<Row>): Outlets => ({ out: rows.mergeByTime().map(({ n }) => n) })
const OPTIONS = { workers: 1, seed: 1, restart: { maxRestarts: 0 } } as const
const BOTH = [{ codec: 'generated' }, { codec: 'interpreted' }] as const

const NO_TIMES: readonly (readonly [string, unknown, RegExp])[] = [
  ['Infinity', Infinity, /returned Infinity/],
  ['-Infinity', -Infinity, /returned -Infinity/],
  ['a text', '1700', /returned "1700"/],
  ['a Date', new Date(5), /returned a Date/],
  ['a bigint', 5n, /returned 5n/],
  ['undefined', undefined, /returned undefined/],
  ['null', null, /returned null/],
  ['an object', {}, /returned an object/],
  ['nanoseconds', 1.7e18, /returned 1700000000000000000/],
]

describe.each([false, true])('an event time, given behind the source: %s,', (assigned) => {
  test.each(NO_TIMES)('that is %s fails the job at its first record, told in the same words by both twins', async (_, tenth, message) => {
    for (const twin of BOTH) {
      const failing = runToEnd(timesJob(tenth, assigned, merged, 'fail'), {}, { ...OPTIONS, ...twin })
      const operator = assigned ? 'eventTime-1' : 'rows'
      await expect(failing).rejects.toMatchObject({ code: 'MR_EVENT_TIME_INVALID', operator, message: expect.stringMatching(message) })
    }
  })
})

test.each(NO_TIMES)('a record whose event time is %s is left out where a policy says so, and holds nothing up', async (_, tenth) => {
  for (const twin of BOTH) {
    const { out } = await runToEnd(timesJob(tenth, true, merged, 'skip'), {}, { ...OPTIONS, ...twin })
    expect(out).toEqual(Array.from({ length: COUNT }, (_, n) => n).filter((n) => n !== 10))
  }
})

test.each([-0, -5, -8.64e15, 8.64e15, 10.5])('%d is an event time: every record counts in its windows', async (tenth) => {
  const windows = (rows: Stream<Row>): Outlets => {
    const lenient = { allowedLatenessMs: 1e16 }
    return {
      fast: rows.windowAll(window.sliding({ sizeMs: 10, slideMs: 5 }), {}).aggregate((a) => ({ rows: a.count() })),
      general: rows.windowAll(window.sliding({ sizeMs: 10, slideMs: 5 }), lenient).reduce((a, b) => ({ n: a.n + b.n, at: 0 })),
      sessions: rows.windowAll(window.session({ gapMs: () => 3 }), lenient).process<number>((all, _, emit) => emit(all.length)),
    }
  }
  const disordered = defineJob(import.meta, {
    build: ({ source }) =>
      windows(
        source.generate('rows', {
          count: COUNT,
          splits: 1,
          make: (n): Row => ({ n, at: n === 10 ? tenth : n }),
          eventTime: ({ at }) => at as number,
          watermarks: 'none',
        }),
      ),
  })
  const { fast, general, sessions } = await runToEnd(disordered, {}, OPTIONS)
  // Two windows for each record.
  expect((fast as { rows: number }[]).reduce((sum, { rows }) => sum + rows, 0)).toBe(2 * COUNT)
  expect((general as Row[]).reduce((sum, { n }) => sum + n, 0)).toBe(COUNT * (COUNT - 1))
  expect((sessions as number[]).reduce((sum, n) => sum + n, 0)).toBe(COUNT)
})

test('withEventTime without a function is refused', async () => {
  const job = defineJob(import.meta, {
    build: ({ source }) => ({ out: source.generate('rows', { count: 1, make: (n) => n }).withEventTime(undefined as never) }),
  })
  await expect(job.buildGraph({})).rejects.toMatchObject({ code: 'MR_GRAPH_INVALID', message: expect.stringMatching(/withEventTime/) })
})

describe.each([false, true])('watermarks of one’s own, given behind the source: %s,', (assigned) => {
  const failing = (part: Partial<Record<keyof WatermarkGenerator, unknown>>): Promise<unknown> => {
    const watermarks = (): never => ({ onRecord: () => {}, watermark: () => 0, ...part }) as never
    const job = defineJob(import.meta, {
      build: ({ source }) => {
        const rows = { count: COUNT, splits: 1, make: (n: number) => n }
        if (!assigned) return { out: source.generate('rows', { ...rows, eventTime: (n) => n, watermarks }).mergeByTime() }
        return {
          out: source
            .generate('rows', rows)
            .withEventTime((n) => n, { watermarks })
            .mergeByTime(),
        }
      },
    })
    return runToEnd(job, {}, { ...OPTIONS, checkpointIntervalMs: 1, batchRecords: 2 })
  }
  const blamed = { operator: assigned ? 'eventTime-1' : 'rows', site: expect.stringMatching(/event-times/) }

  test.each([NaN, undefined, null, '5', 5n, new Date(5)])(
    'that are %s fail the job, named with its operator and place',
    async (watermark) => {
      await expect(failing({ watermark: () => watermark })).rejects.toMatchObject({ ...blamed, code: 'MR_EVENT_TIME_INVALID' })
    },
  )

  test.each(['onRecord', 'watermark', 'snapshot'] as const)('whose %s throws fail the job in the same way', async (method) => {
    const thrown = failing({
      [method]: () => {
        throw new Error('of one’s own')
      },
    })
    await expect(thrown).rejects.toMatchObject({ ...blamed, code: 'MR_OPERATOR_FAILED', message: expect.stringMatching('of one’s own') })
  })
})
