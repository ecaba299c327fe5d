/** What the compiler knows of operators: checked when the tests are compiled. */
import { expectTypeOf, test } from 'vitest'
import { defineJob, recordsOf, type Sources, type Stream } from '../../src/index.ts'

interface Bid {
  readonly kind: 'bid'
  readonly cents: number
}
interface Auction {
  readonly kind: 'auction'
  readonly title: string
}
interface Person {
  readonly kind: 'person' | 'robot'
  readonly name: string
}
type Happening = Bid | Auction | Person

/** Calls `use` as build() would. */
async function building(use: (happenings: Stream<Happening>, source: Sources) => unknown): Promise<void> {
  const job = defineJob(import.meta, {
    build: ({ source }) =>
      void use(source.generate<Happening>('happenings', { count: 1, make: () => ({ kind: 'bid', cents: 1 }) }), source),
  })
  await job.buildGraph({})
}

test('switchOn narrows each member of a union', () =>
  building((happenings) => {
    const { bid, auction, robot } = happenings.switchOn('kind')
    expectTypeOf(bid).toEqualTypeOf<Stream<Bid>>()
    expectTypeOf(auction).toEqualTypeOf<Stream<Auction>>()
    expectTypeOf(robot.map((record) => record.kind)).toEqualTypeOf<Stream<'robot'>>()
    expectTypeOf(bid.keyBy('cents').sum('cents')).toHaveProperty('toStream')
    // @ts-expect-error -- no member of the union is of that kind
    void happenings.switchOn('kind').bidd
    // @ts-expect-error -- a field that not every member has cannot tell them apart
    happenings.switchOn('cents')
  }))

test('split gives a stream for each branch, narrowed by type predicates, and one for the rest', () =>
  building((happenings) => {
    const { bids, named, cheap, others } = happenings.split(
      { bids: (record): record is Bid => record.kind === 'bid', named: (record) => 'name' in record, cheap: () => true },
      { rest: 'others', name: 'three-ways' },
    )
    expectTypeOf(bids).toEqualTypeOf<Stream<Bid>>()
    expectTypeOf(named).toEqualTypeOf<Stream<Person>>()
    expectTypeOf(cheap).toEqualTypeOf<Stream<Happening>>()
    expectTypeOf(others).toEqualTypeOf<Stream<Happening>>()
    // @ts-expect-error -- there is no rest without the option
    void happenings.split({ bids: (record) => record.kind === 'bid' }).rest
    // @ts-expect-error -- a predicate gets a record of the stream
    happenings.split({ wrong: (record: { readonly missing: number }) => record.missing > 0 })
  }))

test('flatMapTo types its outputs and what may be put into them', () =>
  building((happenings) => {
    const { cents, words } = happenings.flatMapTo({ cents: recordsOf<number>(), words: recordsOf<{ word: string }>() }, (record, to) => {
      expectTypeOf(record).toEqualTypeOf<Happening>()
      if (record.kind === 'bid') to.cents(record.cents)
      // @ts-expect-error -- not a record of that output
      else to.words('word')
      // @ts-expect-error -- no such output
      to.sentences?.('')
    })
    expectTypeOf(cents).toEqualTypeOf<Stream<number>>()
    expectTypeOf(words).toEqualTypeOf<Stream<{ word: string }>>()
  }))

test('streams of different types make a stream of their union', () =>
  building((happenings, source) => {
    const { bid, auction } = happenings.switchOn('kind')
    const numbers = source.generate('numbers', { count: 1, make: (n) => n })
    expectTypeOf(bid.union(auction, numbers)).toEqualTypeOf<Stream<Bid | Auction | number>>()
    expectTypeOf(bid.union()).toEqualTypeOf<Stream<Bid>>()
    expectTypeOf(bid.union(bid)).toEqualTypeOf<Stream<Bid>>()
  }))

test('operators that keep records keep their type, and take name and parallelism last', () =>
  building((happenings) => {
    const options = { name: 'named', parallelism: 1 }
    expectTypeOf(happenings.tap((record) => void record.kind, options)).toEqualTypeOf<Stream<Happening>>()
    expectTypeOf(happenings.sample({ every: 2 }).sample({ ratio: 0.5, seed: 'a' }, {})).toEqualTypeOf<Stream<Happening>>()
    expectTypeOf(happenings.limit(3, {})).toEqualTypeOf<Stream<Happening>>()
    expectTypeOf(happenings.distinct('kind', {})).toEqualTypeOf<Stream<Happening>>()
    expectTypeOf(happenings.keyBy('kind').distinct({})).toEqualTypeOf<Stream<Happening>>()
    expectTypeOf(happenings.distinct((record) => record.kind)).toEqualTypeOf<Stream<Happening>>()
    expectTypeOf(happenings.enumerate({})).toEqualTypeOf<Stream<{ readonly index: number; readonly record: Happening }>>()
    expectTypeOf(happenings.rebalance().roundRobin().forward().broadcast()).toEqualTypeOf<Stream<Happening>>()
    expectTypeOf(happenings.partitionBy((record, channels) => record.kind.length % channels)).toEqualTypeOf<Stream<Happening>>()
    // @ts-expect-error -- not the name of a field that can be a key
    happenings.distinct('missing')
    // @ts-expect-error -- one or the other
    void (() => happenings.partitionByTime({ bucketMs: 1, by: 'processing' }))
  }))

test('flatMap takes whatever can be iterated but a string', () =>
  building((happenings) => {
    expectTypeOf(happenings.flatMap(({ kind }) => [kind.length])).toEqualTypeOf<Stream<number>>()
    expectTypeOf(happenings.flatMap(({ kind }) => new Set([kind]))).toEqualTypeOf<Stream<Happening['kind']>>()
    expectTypeOf(
      happenings.flatMap(function* ({ kind }) {
        yield kind.length
      }),
    ).toEqualTypeOf<Stream<number>>()
    // @ts-expect-error -- its characters are not meant
    happenings.flatMap(({ kind }) => kind)
  }))
