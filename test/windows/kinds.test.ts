import { describe, expect, expectTypeOf, test } from 'vitest'
import { defineJob, launch, trigger, window } from '../../src/index.ts'
import type { Stream, Trigger, WindowAssigner } from '../../src/index.ts'
import { runToEnd, simulate } from '../../src/testing/index.ts'
import job from './jobs/kinds-job.ts'
import windowsJob, { type Config } from './jobs/windows-job.ts'
import { expectedRows } from './oracle.ts'

const IN_ORDER = [0, 1, 12, 13, 14, 25, 26]

test('windows of all kinds in one job', async () => {
  const results = await runToEnd(job, {}, { config: { at: IN_ORDER }, workers: 1, seed: 1 })
  const row = (key: string, windowStart: number, orders: number, cents: number) => ({
    key,
    windowStart,
    windowEnd: windowStart + 10,
    orders,
    cents,
  })
  const sorted = <T extends { windowStart: number }>(rows: readonly T[]): T[] => [...rows].sort((a, b) => a.windowStart - b.windowStart)
  expect(sorted(results.results)).toEqual([
    row('even', 0, 1, 0),
    row('odd', 0, 1, 1),
    row('even', 10, 2, 6),
    row('odd', 10, 1, 3),
    row('odd', 20, 1, 5),
    row('even', 20, 1, 6),
  ])
  expect(results.late).toEqual([])
  expect(results.largest.map(({ id }) => id)).toEqual([1, 4, 6])
  expect(results.perTwo).toEqual([
    { windowStart: 0, windowEnd: 20, rows: 4, orders: 5 },
    { windowStart: 20, windowEnd: 40, rows: 2, orders: 2 },
  ])
  expect(results.pairs).toEqual([
    [0, 2],
    [1, 3],
    [4, 6],
  ])
  expect(results.lastThree).toEqual([
    { key: 'even', cents: 2 },
    { key: 'odd', cents: 4 },
    { key: 'even', cents: 12 },
  ])
  expect(results.byClock).toMatchObject([{ orders: 7 }])
  expect(results.everyThree).toEqual([{ orders: 3 }, { orders: 6 }])
})

test('every record is in a result or late, and late ones come again within the allowed lateness', async () => {
  const at = [5, 30, 6, 7, 31, 45, 29, 8]
  for (const seed of [1, 2, 3]) {
    const { outlets } = await simulate(job, { config: { at }, workers: 2, seed, batchRecords: 1, lingerMs: 0 })
    const inResults = outlets.results.reduce((sum, { orders }) => sum + orders, 0)
    expect(inResults + outlets.late.length, `seed ${seed}`).toBe(at.length)
    expect(outlets.late.map(({ at }) => at).filter((each) => each > 29)).toEqual([])
    expect(outlets.lenient.reduce((sum, { orders }) => sum + orders, 0)).toBeLessThanOrEqual(at.length)
  }
})

test('windows on threads give what an oracle gives', async () => {
  const shape = { type: 'sliding', sizeMs: 1_000, slideMs: 250 } as const
  const config: Config = {
    ...{ count: 20_000, splits: 4, keys: 50, texts: true, stepMs: 1, disorderMs: 100, firstAt: 0, shape },
    ...{ path: 'general', all: false, form: 'aggregate', failAt: [15_000], run: 'threads' },
  }
  for (const path of ['general', 'fast'] as const) {
    const run = await launch(windowsJob, { workers: 2, config: { ...config, path }, checkpointIntervalMs: 20 })
    const rows = await run.outlet('rows').collect()
    await run.done
    expect(rows.filter(({ count }) => count !== 1)).toEqual([])
    expect(rows.map(({ key }) => key).sort((a, b) => (a < b ? -1 : 1))).toEqual(expectedRows(config))
  }
})

interface Order {
  readonly shop: string
  readonly cents: number
}

/** A job of which `use` describes a part. */
function jobOf(use: (timed: Stream<Order>, untimed: Stream<Order>) => unknown) {
  const make = (): Order => ({ shop: 'a', cents: 1 })
  return defineJob(import.meta, {
    build: ({ source }) =>
      void use(source.generate('timed', { count: 1, make, eventTime: () => 0 }), source.generate('untimed', { count: 1, make })),
  })
}

const planned = (use: Parameters<typeof jobOf>[0]): Promise<unknown> => runToEnd(jobOf(use), {}, { workers: 1 })

describe('refused', () => {
  const tumbling = window.tumbling({ sizeMs: 10 })

  test.each<[string, (untimed: Stream<Order>) => unknown]>([
    [
      'tumbling windows',
      (orders) =>
        orders
          .keyBy('shop')
          .window(tumbling)
          .reduce((a) => a),
    ],
    [
      'aggregates',
      (orders) =>
        orders
          .keyBy('shop')
          .window(tumbling)
          .aggregate((a) => ({ n: a.count() })),
    ],
    ['windows over all records', (orders) => orders.windowAll(tumbling).aggregate((a) => ({ n: a.count() }))],
    ['sessions', (orders) => orders.windowAll(window.session({ gapMs: 5 })).aggregate((a) => ({ n: a.count() }))],
    ['triggers in event time', (orders) => orders.windowAll(window.global(), { trigger: trigger.eventTime() }).reduce((a) => a)],
  ])('%s of a stream without event time', async (_, use) => {
    await expect(planned((_timed, untimed) => use(untimed))).rejects.toMatchObject({ code: 'MR_GRAPH_INVALID' })
  })

  test.each<[string, (orders: Stream<Order>) => unknown]>([
    ['a size of 0', () => window.tumbling({ sizeMs: 0 })],
    ['half a millisecond', () => window.sliding({ sizeMs: 10, slideMs: 0.5 })],
    ['an offset as long as the slide', () => window.sliding({ sizeMs: 10, slideMs: 5, offsetMs: -5 })],
    ['a gap of 0', () => window.session({ gapMs: 0 })],
    ['no records', () => window.count(0)],
    ['a trigger that is none', (orders) => orders.windowAll(tumbling, { trigger: {} as Trigger })],
    [
      'sessions with a trigger that cannot merge',
      (orders) => orders.windowAll(window.session({ gapMs: 5 }), { trigger: trigger.delta(1, () => 1) }),
    ],
    ['lateness by the clock', (orders) => orders.windowAll(tumbling, { time: 'processing', allowedLatenessMs: 5 })],
    ['late records of count windows', (orders) => orders.windowAll(window.count(2), { lateRecords: 'output' })],
    ['a negative lateness', (orders) => orders.windowAll(tumbling, { allowedLatenessMs: -1 })],
    ['a result named as the bounds are', (orders) => orders.windowAll(tumbling).aggregate((a) => ({ windowEnd: a.count() }))],
    ['a result named key', (orders) => orders.windowAll(tumbling).aggregate((a) => ({ key: a.count() }))],
    ['what is no window', (orders) => orders.windowAll({} as WindowAssigner<Order, 'time'>)],
  ])('%s', async (_, use) => {
    await expect(planned((timed) => void use(timed))).rejects.toMatchObject({ code: 'MR_OPTION_INVALID' })
  })

  test('a record without event time, in a stream that has it otherwise: the error names the operator', async () => {
    const union = planned((timed, untimed) =>
      timed
        .union(untimed)
        .windowAll(tumbling, { allowedLatenessMs: 1 })
        .aggregate((a) => ({ n: a.count() }), { name: 'per-ten' }),
    )
    await expect(union).rejects.toMatchObject({ code: 'MR_GRAPH_INVALID' })
    const invalid = defineJob(import.meta, {
      build: ({ source }) => ({
        rows: source
          .generate('rows', { count: 5, make: (n) => ({ n }), eventTime: () => NaN })
          .windowAll(tumbling)
          .reduce((a) => a, { name: 'per-ten' }),
      }),
    })
    const run = runToEnd(invalid, {}, { workers: 1, restart: { maxRestarts: 0 } })
    await expect(run).rejects.toMatchObject({ code: 'MR_EVENT_TIME_MISSING', operator: 'per-ten' })
  })
})

test.each([['a', 'b'], [['a', 'b']], []])('a session of no key is refused, whatever key came before it: %j', async (...before) => {
  const keys = [...before, undefined]
  const job = defineJob(import.meta, {
    build: ({ source }) => ({
      out: source
        .generate('rows', { count: keys.length, splits: 1, make: (n) => ({ key: keys[n] as string, n }), eventTime: ({ n }) => n })
        .keyBy('key')
        .window(window.session({ gapMs: 10 }))
        .aggregate((a) => ({ n: a.count() })),
    }),
  })
  await expect(runToEnd(job, {}, { workers: 1, restart: { maxRestarts: 0 } })).rejects.toMatchObject({ code: 'MR_KEY_INVALID' })
})

test('types follow keys, windows and late records', async () => {
  const typed = jobOf((orders) => {
    const tumbling = window.tumbling({ sizeMs: 10 })
    const keyed = orders.keyBy('shop').window(tumbling)
    expectTypeOf(keyed.aggregate((a) => ({ cents: a.sum('cents') }))).toEqualTypeOf<
      Stream<{ key: string; windowStart: number; windowEnd: number; cents: number }>
    >()
    expectTypeOf(orders.windowAll(tumbling).aggregate((a) => ({ n: a.count() }))).toEqualTypeOf<
      Stream<{ windowStart: number; windowEnd: number; n: number }>
    >()
    expectTypeOf(
      orders
        .keyBy('shop')
        .window(window.count(5))
        .aggregate((a) => ({ n: a.count() })),
    ).toEqualTypeOf<Stream<{ key: string; n: number }>>()
    expectTypeOf(keyed.reduce((a) => a)).toEqualTypeOf<Stream<Order>>()
    const { results, late } = orders
      .keyBy('shop')
      .window(tumbling, { lateRecords: 'output' })
      .process<string>((records, { key, window: { start } }, emit) => {
        expectTypeOf(records).toEqualTypeOf<readonly Order[]>()
        expectTypeOf(key).toEqualTypeOf<string>()
        emit(`${key} ${start} ${records.length}`)
      })
    expectTypeOf(results).toEqualTypeOf<Stream<string>>()
    expectTypeOf(late).toEqualTypeOf<Stream<Order>>()
    void orders.windowAll(window.session({ gapMs: (order: Order) => order.cents }))
    // @ts-expect-error -- the gap is asked of a record of the stream
    void orders.windowAll(window.session({ gapMs: (order: { readonly missing: number }) => order.missing }))
    // @ts-expect-error -- a sum wants a field that is a number
    void keyed.aggregate((a) => ({ wrong: a.sum('shop') }))
    const own: Trigger<Order, number> = { onRecord: (order, _, { state }) => (order.cents > (state ?? 0) ? 'fire' : 'continue') }
    void orders.windowAll(tumbling, { trigger: own })
  })
  await typed.buildGraph({})
})
