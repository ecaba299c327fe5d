import { Readable, Transform, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { makeEvent } from '../../workloads/events.ts'
import type { AuctionEvent } from '../../workloads/events.ts'
import { makeKeyed } from '../../workloads/keyed.ts'
import type { Keyed } from '../../workloads/keyed.ts'
import { hashBidRow, hashSumRow } from '../../workloads/rows.ts'
import type { BidRow, SumRow } from '../../workloads/rows.ts'
import type { Span } from '../../workloads/span.ts'
import { converted, isBid } from '../bid-rows.ts'
import type { Library } from '../library.ts'
import { RowSum } from '../row-sum.ts'

/** The default of 16 records is for large ones: with it, streams are mostly busy saying that they are full. */
const OBJECT_STREAM = { objectMode: true, highWaterMark: 1024 } as const

function records<R>({ first, count }: Span, make: (n: number) => R): Readable {
  let next = first
  return new Readable({
    ...OBJECT_STREAM,
    read() {
      while (next < first + count) if (!this.push(make(next++))) return
      this.push(null)
    },
  })
}

function sink<Row>(sum: RowSum, hash: (row: Row) => number): Writable {
  return new Writable({
    ...OBJECT_STREAM,
    write(row: Row, _encoding, done) {
      sum.add(hash(row))
      done()
    },
  })
}

function convert(): Transform {
  return new Transform({
    ...OBJECT_STREAM,
    transform(event: AuctionEvent, _encoding, done) {
      if (isBid(event)) this.push(converted(event))
      done()
    },
  })
}

function sumByKey(): Transform {
  const sums = new Map<number, number>()
  return new Transform({
    ...OBJECT_STREAM,
    transform({ key, value }: Keyed, _encoding, done) {
      sums.set(key, (sums.get(key) ?? 0) + value)
      done()
    },
    flush(done) {
      for (const [key, sum] of sums) this.push({ key, sum } satisfies SumRow)
      done()
    },
  })
}

export const queries: Library['queries'] = {
  q1: async (span) => {
    const sum = new RowSum()
    await pipeline(records(span, makeEvent), convert(), sink<BidRow>(sum, hashBidRow))
    return sum.check()
  },
  ks: async (span) => {
    const sum = new RowSum()
    await pipeline(records(span, makeKeyed), sumByKey(), sink<SumRow>(sum, hashSumRow))
    return sum.check()
  },
}
