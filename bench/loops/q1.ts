import { makeEvent } from '../workloads/events.ts'
import { hashInt } from '../workloads/row-hash.ts'
import type { RowCheck } from '../workloads/row-hash.ts'
import { hashBidRow } from '../workloads/rows.ts'
import type { BidRow } from '../workloads/rows.ts'
import type { Span } from '../workloads/span.ts'
import { forEachBid } from './bids.ts'

/** q1: every bid with its price in another currency. */
export function naive({ first, count }: Span): RowCheck {
  let checksum = 0
  let rows = 0
  for (let n = first; n < first + count; n++) {
    const event = makeEvent(n)
    if (event.kind !== 'bid') continue
    const row: BidRow = { auction: event.auction, bidder: event.bidder, price: Math.floor((event.price * 908) / 1000), ts: event.ts }
    checksum = (checksum + hashBidRow(row)) | 0
    rows++
  }
  return { checksum: checksum >>> 0, rows }
}

export function best(span: Span): RowCheck {
  let checksum = 0
  let rows = 0
  forEachBid(span, (bid, tick) => {
    // A price is below 2^25, so that its product is exact as a double; the quotient fits an int32.
    const price = ((bid.price * 908) / 1000) | 0
    checksum = (checksum + hashInt(hashInt(hashInt(hashInt(0, bid.auction), bid.bidder), price), tick)) | 0
    rows++
  })
  return { checksum: checksum >>> 0, rows }
}
