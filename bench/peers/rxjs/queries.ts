import { concatMap, filter, from, lastValueFrom, map, range, reduce } from 'rxjs'
import type { Observable } from 'rxjs'
import { makeEvent } from '../../workloads/events.ts'
import { makeKeyed } from '../../workloads/keyed.ts'
import { hashBidRow, hashPriceRow, hashSumRow, hashWordRow } from '../../workloads/rows.ts'
import type { Span } from '../../workloads/span.ts'
import { makeLine } from '../../workloads/text.ts'
import { converted, isBid } from '../bid-rows.ts'
import type { Library } from '../library.ts'
import { RowSum } from '../row-sum.ts'

function records<R>({ first, count }: Span, make: (n: number) => R): Observable<R> {
  return range(first, count).pipe(map(make))
}

function summed<Row>(rows: Observable<Row>, hash: (row: Row) => number, charactersOf: (row: Row) => number = () => 0): Promise<RowSum> {
  return lastValueFrom(rows.pipe(reduce((sum, row) => sum.add(hash(row), charactersOf(row)), new RowSum())))
}

/** By `reduce` into a Map: `groupBy`, which makes an Observable of every key, takes fifty times as long. */
function totals<Key>(pairs: Observable<readonly [Key, number]>): Observable<readonly [Key, number]> {
  return pairs.pipe(
    reduce((sums, [key, value]) => sums.set(key, (sums.get(key) ?? 0) + value), new Map<Key, number>()),
    concatMap((sums) => from(sums)),
  )
}

/** RxJS has no event time: the queries with windows are not here. */
export const queries: Library['queries'] = {
  q0: async (span) => {
    const bids = records(span, makeEvent).pipe(filter(isBid))
    return (await summed(bids, hashBidRow, (bid) => bid.url.length + bid.channel.length)).checkWithCharacters()
  },
  q1: async (span) => (await summed(records(span, makeEvent).pipe(filter(isBid), map(converted)), hashBidRow)).check(),
  q2: async (span) => {
    const rows = records(span, makeEvent).pipe(
      filter(isBid),
      filter(({ auction }) => auction % 123 === 0),
      map(({ auction, price }) => ({ auction, price })),
    )
    return (await summed(rows, hashPriceRow)).check()
  },
  ks: async (span) => {
    const sums = totals(records(span, makeKeyed).pipe(map(({ key, value }) => [key, value] as const)))
    return (await summed(sums.pipe(map(([key, sum]) => ({ key, sum }))), hashSumRow)).check()
  },
  wc: async (span) => {
    const words = records(span, makeLine).pipe(concatMap((line) => line.split(' ')))
    const counts = totals(words.pipe(map((word) => [word, 1] as const)))
    return (await summed(counts.pipe(map(([word, count]) => ({ word, count }))), hashWordRow)).check()
  },
}
