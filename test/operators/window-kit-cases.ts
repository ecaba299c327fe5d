/** Cases of the operator kit for windows: state of all kinds goes through a snapshot between any two steps. */
import { trigger, window } from '../../src/index.ts'
import type { Trigger, WindowAssigner } from '../../src/index.ts'
import type { KitBuilt, KitContext, Step } from '../../src/testing/index.ts'
import type { KitCase } from './kit-cases.ts'

interface Sale {
  readonly shop: string
  readonly cents: number
}

/** Sales in order, one that is late within 20 ms, and one that is later. */
const SCRIPT: readonly Step[] = [
  { record: { shop: 'a', cents: 1 }, timestamp: 0 },
  { record: { shop: 'b', cents: 2 }, timestamp: 3 },
  { record: { shop: 'a', cents: 3 }, timestamp: 9 },
  { record: { shop: 'a', cents: 4 }, timestamp: 12 },
  { watermark: 12 },
  { record: { shop: 'a', cents: 5 }, timestamp: 4 },
  { record: { shop: 'b', cents: 6 }, timestamp: 25 },
  { watermark: 31 },
  { record: { shop: 'a', cents: 7 }, timestamp: 1 },
  { record: { shop: 'a', cents: 8 }, timestamp: 40 },
  { advanceMs: 40 },
  { end: true },
]

const TUMBLING = window.tumbling({ sizeMs: 10 })

/** Rows as texts: `shop start..end count cents`. */
function rows(windows: WindowAssigner<Sale, 'time'>, options: object) {
  return ({ input }: KitContext): KitBuilt =>
    input<Sale>()
      .keyBy('shop')
      .window(windows, options)
      .aggregate((a) => ({ n: a.count(), cents: a.sum('cents') }))
      .map(({ key, windowStart, windowEnd, n, cents }) => `${key} ${windowStart}..${windowEnd} ${n} ${cents}`)
}

const kitCase = (name: string, build: KitCase['build'], out: readonly unknown[]): KitCase => ({
  name: `window: ${name}`,
  build,
  script: SCRIPT,
  options: { order: 'any' },
  expected: { out },
})

const early: Trigger<Sale, number> = {
  onRecord: (_sale, timestamp, context) => {
    context.state = (context.state ?? 0) + 1
    context.setEventTimer(timestamp)
    return context.state === 2 ? 'fire' : 'continue'
  },
  onEventTime: (time, { window: { end } }) => (time === end - 1 ? 'fire' : 'continue'),
}

export const WINDOWS: readonly KitCase[] = [
  kitCase('tumbling', rows(TUMBLING, { trigger: trigger.eventTime() }), [
    'a 0..10 2 4',
    'b 0..10 1 2',
    'a 10..20 1 4',
    'b 20..30 1 6',
    'a 40..50 1 8',
  ]),
  kitCase('tumbling, combined by pane', rows(TUMBLING, {}), ['a 0..10 2 4', 'b 0..10 1 2', 'a 10..20 1 4', 'b 20..30 1 6', 'a 40..50 1 8']),
  kitCase('sliding, combined by pane', rows(window.sliding({ sizeMs: 20, slideMs: 10 }), {}), [
    'a -10..10 2 4',
    'b -10..10 1 2',
    'a 0..20 4 13',
    'b 0..20 1 2',
    'a 10..30 1 4',
    'b 10..30 1 6',
    'b 20..40 1 6',
    'a 30..50 1 8',
    'a 40..60 1 8',
  ]),
  kitCase(
    'over all records, combined by pane',
    ({ input }) =>
      input<Sale>()
        .windowAll(TUMBLING)
        .aggregate((a) => ({ n: a.count(), cents: a.avg('cents') })),
    [
      { windowStart: 0, windowEnd: 10, n: 3, cents: 2 },
      { windowStart: 10, windowEnd: 20, n: 1, cents: 4 },
      { windowStart: 20, windowEnd: 30, n: 1, cents: 6 },
      { windowStart: 40, windowEnd: 50, n: 1, cents: 8 },
    ],
  ),
  kitCase('tumbling, with lateness, discarding', rows(TUMBLING, { allowedLatenessMs: 20, accumulate: 'discarding' }), [
    'a 0..10 2 4',
    'b 0..10 1 2',
    'a 0..10 1 5',
    'a 10..20 1 4',
    'b 20..30 1 6',
    'a 40..50 1 8',
  ]),
  kitCase('sessions', rows(window.session({ gapMs: 10 }), { trigger: trigger.eventTime() }), [
    'a 0..22 4 13',
    'b 3..13 1 2',
    'b 25..35 1 6',
    'a 40..50 1 8',
  ]),
  kitCase('sessions, combined', rows(window.session({ gapMs: 10 }), {}), ['a 0..22 4 13', 'b 3..13 1 2', 'b 25..35 1 6', 'a 40..50 1 8']),
  kitCase('a trigger of one’s own, with state and timers', rows(TUMBLING, { trigger: early }), [
    'a 0..10 2 4',
    'a 0..10 2 4',
    'b 0..10 1 2',
    'a 10..20 1 4',
    'b 20..30 1 6',
    'a 40..50 1 8',
  ]),
  kitCase('by the clock', rows(TUMBLING, { time: 'processing' }), ['a 0..10 6 28', 'b 0..10 2 8']),
  {
    ...kitCase(
      'late records',
      ({ input }) =>
        input<Sale>()
          .keyBy('shop')
          .window(TUMBLING, { lateRecords: 'output' })
          .process<number>((sales, _, emit) => emit(sales.length)),
      [],
    ),
    expected: {
      results: [2, 1, 1, 1, 1],
      late: [
        { shop: 'a', cents: 5 },
        { shop: 'a', cents: 7 },
      ],
    },
  },
  kitCase(
    'every third record of all',
    ({ input }) =>
      input<Sale>()
        .windowAll(window.count(3))
        .reduce((a, b) => ({ shop: a.shop + b.shop, cents: a.cents + b.cents })),
    [
      { shop: 'aba', cents: 6 },
      { shop: 'aab', cents: 15 },
    ],
  ),
]
