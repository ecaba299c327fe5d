import { expect, test } from 'vitest'
import { defineJob, recordsOf, type Stream } from '../../src/index.ts'
import { runToEnd } from '../../src/testing/index.ts'

interface Item {
  readonly id: number
  readonly kind: 'a' | 'b'
}

// oxlint-disable-next-line typescript/no-explicit-any -- what plain JavaScript may do
type Anything = any

const jobOf = (use: (items: Stream<Item>) => Stream<Anything>) =>
  defineJob(import.meta, {
    build: ({ source }) => ({
      out: use(
        source.generate<Item>('items', { count: 10, splits: 1, parallelism: 1, make: (id) => ({ id, kind: id % 2 === 0 ? 'a' : 'b' }) }),
      ),
    }),
  })
const wrong = (use: (items: Anything) => Anything) => use as (items: Stream<Item>) => Stream<Anything>
const REFUSED: Readonly<Record<string, readonly [string, string, (items: Stream<Item>) => Stream<Anything>]>> = {
  'split without branches': ['MR_GRAPH_INVALID', 'at least one output', (items) => items.split({}) as never],
  'to something that is no sink': ['MR_GRAPH_INVALID', 'to takes a sink', wrong((items) => items.to({}))],
  'to nothing': ['MR_GRAPH_INVALID', 'to takes a sink', wrong((items) => items.to())],
  'a definition without a kind': ['MR_GRAPH_INVALID', 'transform takes a definition', wrong((items) => items.transform({}, {}))],
  'a union with a table': ['MR_GRAPH_INVALID', 'union takes streams', wrong((items) => items.union(items.keyBy('kind').count()))],
  'split of nothing': ['MR_GRAPH_INVALID', 'at least one output', wrong((items) => items.split())],
  'split with a number as name, which objects reorder': [
    'MR_GRAPH_INVALID',
    '"1"',
    (items) => items.split({ b: () => true, 1: () => true }).b,
  ],
  'split with the rest named like a branch': [
    'MR_GRAPH_INVALID',
    'two branches named "a"',
    (items) => items.split({ a: () => true }, { rest: 'a' }).a,
  ],
  'split with a predicate that is none': [
    'MR_GRAPH_INVALID',
    'split branch "a" takes a function',
    wrong((items) => items.split({ a: 1 }).a),
  ],
  'switchOn without a field': ['MR_GRAPH_INVALID', 'name of a field', wrong((items) => items.switchOn(() => 'a').a)],
  'members of switchOn that nobody named': ['MR_GRAPH_INVALID', 'by name', (items) => ({ ...items.switchOn('kind') }).a],
  'flatMapTo without outputs': ['MR_GRAPH_INVALID', 'at least one output', wrong((items) => items.flatMapTo({}, () => {}))],
  'flatMapTo without a function': ['MR_GRAPH_INVALID', 'takes a function', wrong((items) => items.flatMapTo({ a: recordsOf() }).a)],
  'flatMapTo called too late': ['MR_OPERATOR_FAILED', 'returned already', (items) => lateFlatMapTo(items)],
  'a side output that is none': ['MR_GRAPH_INVALID', '"map-1" has none', (items) => items.map((item) => item).sideOutput('late')],
  'a side output of several operators': [
    'MR_GRAPH_INVALID',
    'several origins',
    (items) => items.union(items.map((item) => item)).sideOutput('late'),
  ],
  'tap without a function': ['MR_GRAPH_INVALID', 'tap takes a function', wrong((items) => items.tap())],
  'distinct without a key': ['MR_GRAPH_INVALID', 'distinct takes the name', wrong((items) => items.distinct())],
  'sample of nothing': ['MR_OPTION_INVALID', '{ every: n } or', wrong((items) => items.sample())],
  'sample of both': ['MR_OPTION_INVALID', '{ every: n } or', (items) => items.sample({ every: 2, ratio: 0.5 })],
  'sample every 0': ['MR_OPTION_INVALID', 'every=0', (items) => items.sample({ every: 0 })],
  'sample of more than all': ['MR_OPTION_INVALID', 'ratio of 0 to 1', (items) => items.sample({ ratio: 1.1 })],
  'sample with a seed that is none': ['MR_OPTION_INVALID', 'seed=NaN', (items) => items.sample({ ratio: 1, seed: NaN })],
  'limit of less than nothing': ['MR_OPTION_INVALID', 'limit(-1)', (items) => items.limit(-1)],
  'limit in several instances': ['MR_OPTION_INVALID', 'one instance', (items) => items.limit(1, { parallelism: 2 })],
  'enumerate in several instances': ['MR_OPTION_INVALID', 'one instance', (items) => items.enumerate({ parallelism: 3 })],
  'partitionBy without a function': ['MR_GRAPH_INVALID', 'partitionBy takes a function', wrong((items) => items.partitionBy('id'))],
  'time buckets of half a millisecond': [
    'MR_OPTION_INVALID',
    'bucketMs=0.5',
    (items) => items.partitionByTime({ bucketMs: 0.5, by: 'arrival' }),
  ],
  'time buckets by no time': ['MR_OPTION_INVALID', 'by=undefined', wrong((items) => items.partitionByTime({ bucketMs: 1 }))],
}

/** Its function is over when the operator beside it calls what it kept. */
function lateFlatMapTo(items: Stream<Item>): Stream<number> {
  let kept: (record: number) => void = () => {}
  const { out } = items.flatMapTo({ out: recordsOf<number>() }, (_, to) => {
    kept = to.out
  })
  return items.map(({ id }) => (kept(id), id)).union(out)
}

test.each(Object.entries(REFUSED))('%s is refused', async (_, [code, text, use]) => {
  await expect(runToEnd(jobOf(use), {}, { restart: { maxRestarts: 0 } })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(text),
  })
})
