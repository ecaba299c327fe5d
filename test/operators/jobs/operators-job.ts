import { defineJob, recordsOf, type Stream } from '../../../src/index.ts'

interface Bid {
  readonly kind: 'bid'
  readonly id: number
  readonly cents: number
}
interface Auction {
  readonly kind: 'auction'
  readonly id: number
  readonly title: string
}
interface Person {
  readonly kind: 'person'
  readonly id: number
}
export type Happening = Bid | Auction | Person

export interface OperatorsConfig {
  readonly count: number
  /** Ids that throw the first time that they come. */
  readonly throwAt: readonly number[]
  /** Throws are counted by run, across attempts. */
  readonly run: string
}

const thrown = new Map<string, Set<number>>()

function failOnce({ run, throwAt }: OperatorsConfig, id: number): void {
  if (!throwAt.includes(id)) return
  const before = thrown.get(run) ?? thrown.set(run, new Set()).get(run)!
  if (before.has(id)) return
  before.add(id)
  throw new Error(`record ${id} fails once`)
}

export function happening(id: number): Happening {
  if (id % 5 === 0) return { kind: 'person', id }
  return id % 3 === 0 ? { kind: 'auction', id, title: `t${id % 7}` } : { kind: 'bid', id, cents: id % 100 }
}

const ids = <T extends { readonly id: number }>(stream: Stream<T>) =>
  stream
    .map(({ id }) => ({ id }))
    .aggregate((a) => ({ n: a.count(), sum: a.sum('id'), max: a.max('id') }))
    .toStream({ emit: 'final' })

/** Every operator, its results summed up at the end, which is exact after any number of restarts. */
export default defineJob<OperatorsConfig>(import.meta, {
  build: ({ source, config }) => {
    const { count } = config
    const all = source.generate<Happening>('all', { count, splits: 5, make: happening }).tap(({ id }) => failOnce(config, id))
    const one = source.generate<Happening>('one', { count, splits: 1, parallelism: 1, make: happening })
    const { small, even, others } = all.split({ small: ({ id }) => id < 50, even: ({ id }) => id % 2 === 0 }, { rest: 'others' })
    const { bid, auction } = all.switchOn('kind')
    const { halves, odd } = all.flatMapTo({ halves: recordsOf<{ id: number }>(), odd: recordsOf<{ id: number }>() }, ({ id }, to) => {
      if (id % 2 === 1) return to.odd({ id })
      to.halves({ id: id / 2 })
      to.halves({ id: id / 2 })
    })
    return {
      small: ids(small),
      even: ids(even),
      others: ids(others),
      again: ids(small.union(others)),
      bids: bid.aggregate((a) => ({ cents: a.sum('cents'), n: a.count() })).toStream({ emit: 'final' }),
      titles: auction.keyBy('title').count().toStream({ emit: 'final' }),
      halves: ids(halves),
      odd: ids(odd.filter(({ id }) => id % 3 === 0)),
      distinct: all
        .distinct(({ id }) => id % 11)
        .aggregate((a) => ({ n: a.count() }))
        .toStream({ emit: 'final' }),
      // The first of a key is known where one instance sends.
      first: ids(one.keyBy('kind').distinct()),
      every: ids(one.sample({ every: 7 })),
      limit: all
        .limit(30)
        .aggregate((a) => ({ n: a.count() }))
        .toStream({ emit: 'final' }),
      firsts: ids(one.limit(30)),
      enumerate: all
        .enumerate()
        .aggregate((a) => ({ n: a.count(), sum: a.sum('index'), max: a.max('index') }))
        .toStream({ emit: 'final' }),
      mixed: ids(bid.union(auction).filter(({ kind }) => kind === 'bid')),
      roundRobin: ids(all.roundRobin().filter(() => true)),
      rebalance: ids(one.rebalance()),
      broadcast: ids(all.broadcast().filter(() => true, { parallelism: 3 })),
      custom: ids(all.partitionBy(({ id }, channels) => id % channels)),
      forward: ids(all.forward()),
      arrival: ids(all.partitionByTime({ bucketMs: 10, by: 'arrival' })),
    }
  },
})

type Rows = Record<string, unknown[]>

/** What the job gives, by plain loops. */
export function oracle(count: number): Rows {
  const all = Array.from({ length: count }, (_, id) => happening(id))
  const sumUp = (records: readonly { readonly id: number }[]): unknown[] =>
    records.length === 0
      ? []
      : [{ n: records.length, sum: records.reduce((sum, { id }) => sum + id, 0), max: Math.max(...records.map(({ id }) => id)) }]
  const firstOf = (keyOf: (record: Happening) => unknown): Happening[] => [
    ...new Map(all.toReversed().map((record) => [keyOf(record), record])).values(),
  ]
  const small = all.filter(({ id }) => id < 50)
  const others = all.filter(({ id }) => id >= 50 && id % 2 === 1)
  const bids = all.filter((record) => record.kind === 'bid')
  const titles = new Map<string, number>()
  for (const record of all) if (record.kind === 'auction') titles.set(record.title, (titles.get(record.title) ?? 0) + 1)
  const halves = all.filter(({ id }) => id % 2 === 0).flatMap(({ id }) => [{ id: id / 2 }, { id: id / 2 }])
  return {
    small: sumUp(small),
    even: sumUp(all.filter(({ id }) => id >= 50 && id % 2 === 0)),
    others: sumUp(others),
    again: sumUp([...small, ...others]),
    bids: bids.length === 0 ? [] : [{ cents: bids.reduce((sum, { cents }) => sum + cents, 0), n: bids.length }],
    titles: [...titles].map(([key, n]) => ({ key, count: n })),
    halves: sumUp(halves),
    odd: sumUp(all.filter(({ id }) => id % 2 === 1 && id % 3 === 0)),
    distinct: count === 0 ? [] : [{ n: Math.min(11, count) }],
    first: sumUp(firstOf(({ kind }) => kind)),
    every: sumUp(all.filter((_, i) => i % 7 === 6)),
    limit: count === 0 ? [] : [{ n: Math.min(30, count) }],
    firsts: sumUp(all.slice(0, 30)),
    enumerate: count === 0 ? [] : [{ n: count, sum: (count * (count - 1)) / 2, max: count - 1 }],
    mixed: sumUp(bids),
    ...Object.fromEntries(['roundRobin', 'rebalance', 'custom', 'forward', 'arrival'].map((name) => [name, sumUp(all)])),
    broadcast: sumUp([...all, ...all, ...all]),
  }
}
