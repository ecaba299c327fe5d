import { describe, expect, test } from 'vitest'
import { defineJob, window } from '../../src/index.ts'
import type { KeyedStream, Stream } from '../../src/index.ts'
import { operatorKit, simulate } from '../../src/testing/index.ts'

type Both = KeyedStream<number, number>

/** Builds and plans a job with two streams of numbers, keyed by themselves. */
function planned(build: (left: Both, right: Both) => unknown, timed = true) {
  const job = defineJob(import.meta, {
    build: ({ source }) => {
      const numbers = (name: string) =>
        source.generate(name, { count: 1, make: (n) => n, ...(timed && { eventTime: (n: number) => n }) }).keyBy((n) => n)
      return { out: build(numbers('left'), numbers('right')) as Stream<unknown> }
    },
  })
  return simulate(job)
}

const windows = window.tumbling({ sizeMs: 10 })
const as = <T>(value: unknown): T => value as T
const pair = (): number => 1

describe('joins', () => {
  test('refuse options that make no sense', async () => {
    const bad: readonly ((left: Both, right: Both) => unknown)[] = [
      (l, r) => l.intervalJoin(r, { lowerMs: 1, upperMs: 0 }, pair),
      (l, r) => l.intervalJoin(r, { lowerMs: 0, upperMs: 1, lowerExclusive: true, upperExclusive: true }, pair),
      (l, r) => l.intervalJoin(r, { lowerMs: -Infinity, upperMs: 0 }, pair),
      (l, r) => l.intervalJoin(r, { lowerMs: 0, upperMs: 0.5 }, pair),
      (l, r) => l.intervalJoin(r, { lowerMs: 0, upperMs: 1 }, pair, { lateRecords: as('keep') }),
      (l, r) => l.join(r, as(window.count(2))).apply(pair),
      (l, r) => l.join(r, windows, { type: as('outer') }).apply(pair),
      (l, r) => l.coGroup(r, windows, { allowedLatenessMs: -1 }).apply(() => []),
      (l, r) => l.joinLatest(r, pair, { type: as('full') }),
      (l, r) => l.coGroup(r, windows, { type: 'left' } as never).apply(() => []),
      (l, r) => l.join(r, window.tumbling(undefined as never)).apply(pair),
    ]
    for (const build of bad) await expect(planned(build), String(build)).rejects.toMatchObject({ code: 'MR_OPTION_INVALID' })
  })

  test('refuse what is no function', async () => {
    const bad: readonly ((left: Both, right: Both) => unknown)[] = [
      (l, r) => l.intervalJoin(r, { lowerMs: 0, upperMs: 1 }, as(undefined)),
      (l, r) => l.join(r, windows).apply(as('pair')),
      (l, r) => l.joinTemporal(r, pair, { isDelete: as('deleted') }),
    ]
    for (const build of bad) await expect(planned(build), String(build)).rejects.toMatchObject({ code: 'MR_GRAPH_INVALID' })
  })

  test('refuse streams that are not keyed, and say what they are to be given', async () => {
    const bad: readonly ((left: Both, right: Stream<number>) => unknown)[] = [
      (l, r) => l.intervalJoin(r as never, { lowerMs: 0, upperMs: 1 }, pair),
      (l, r) => l.join(r as never, windows).apply(pair),
      (l, r) => l.coGroup(r as never, windows).apply(() => []),
      (l, r) => l.joinLatest(r as never, pair),
      (l, r) => l.joinTemporal(r as never, pair),
      (_, r) => r.joinBroadcast(r as never, (n) => n, pair),
      (l, r) => l.connect(r as never),
      (l) => l.connectBroadcast(l as never),
      (l) => l.queryState({} as never, pair),
    ]
    for (const build of bad) {
      const job = defineJob(import.meta, {
        build: ({ source }) => {
          const numbers = source.generate('numbers', { count: 1, make: (n) => n })
          return {
            out: build(
              numbers.keyBy((n) => n),
              numbers,
            ) as Stream<unknown>,
          }
        },
      })
      await expect(job.buildGraph({}), String(build)).rejects.toMatchObject({
        code: 'MR_GRAPH_INVALID',
        message: expect.stringMatching(/keyed|updateState/),
      })
    }
  })

  test('by event time refuse streams without it; those by the clock take them', async () => {
    const timed: readonly ((left: Both, right: Both) => unknown)[] = [
      (l, r) => l.intervalJoin(r, { lowerMs: 0, upperMs: 1 }, pair),
      (l, r) => l.join(r, windows).apply(pair),
      (l, r) => l.joinTemporal(r, pair),
    ]
    for (const build of timed) await expect(planned(build, false), String(build)).rejects.toMatchObject({ code: 'MR_GRAPH_INVALID' })
    const clock = planned((l, r) => l.join(r, windows, { time: 'processing', type: 'full' }).apply(pair), false)
    expect((await clock).outlets.out.length).toBeGreaterThan(0)
  })

  test('join a stream with itself', async () => {
    const { outlets } = await planned((l) => l.intervalJoin(l, { lowerMs: 0, upperMs: 0 }, (a, b) => [a, b]))
    expect(outlets.out).toEqual([[0, 0]])
  })
})

describe('window joins', () => {
  test.each([windows, window.session({ gapMs: 10 })])('give all pairs of a window that has more than fit into a step', async (windows) => {
    const job = defineJob(import.meta, {
      build: ({ source }) => {
        const numbers = (name: string) => source.generate(name, { count: 150, make: (n) => n, eventTime: () => 5 }).keyBy(() => 'all')
        const pairs = numbers('left')
          .join(numbers('right'), windows)
          .apply((l, r) => ({ pair: 150 * l + r }))
        return { sums: pairs.aggregate((a) => ({ pairs: a.count(), sum: a.sum('pair') })).toStream({ emit: 'final' }) }
      },
    })
    const { outlets } = await simulate(job, { seed: 1 })
    expect(outlets.sums).toEqual([{ pairs: 22_500, sum: (22_500 * 22_499) / 2 }])
  })
})

test('a record whose function throws is left out of an interval join and of a temporal one, and changes nothing', async () => {
  interface Row {
    readonly id: string
    readonly n: number
  }
  const fail = (a: Row, b: Row): string => {
    if (a.n === 2 || b.n === 7) throw new Error(`${a.n} and ${b.n}`)
    return `${a.n} ${b.n}`
  }
  const row = (input: string, n: number, timestamp: number) => ({ input, record: { id: 'a', n }, timestamp })
  const script = [
    row('l', 1, 10),
    row('r', 5, 10),
    row('l', 2, 11),
    row('r', 7, 12),
    row('l', 3, 12),
    row('r', 6, 12),
    { end: true } as const,
  ]
  const { records } = await operatorKit(
    ({ input }) => {
      const [left, right] = [input<Row>('l').keyBy('id'), input<Row>('r').keyBy('id')]
      return {
        near: left.intervalJoin(right, { lowerMs: -10, upperMs: 10 }, fail, { onError: 'skip' }),
        valid: left.joinTemporal(right, fail, { onError: 'skip' }),
      }
    },
    script,
    { order: 'any' },
  )
  expect([...records.near].sort()).toEqual(['1 5', '1 6', '3 5', '3 6'])
  expect([...records.valid].sort()).toEqual(['1 5', '3 6'])
})
