import { makeEvent } from '../workloads/events.ts'
import { hashInt } from '../workloads/row-hash.ts'
import type { RowCheck } from '../workloads/row-hash.ts'
import { hashPriceRow } from '../workloads/rows.ts'
import type { Span } from '../workloads/span.ts'
import { forEachBid } from './bids.ts'

/** q2: the bids on every 123rd auction. */
export function naive({ first, count }: Span): RowCheck {
  let checksum = 0
  let rows = 0
  for (let n = first; n < first + count; n++) {
    const event = makeEvent(n)
    if (event.kind !== 'bid' || event.auction % 123 !== 0) continue
    checksum = (checksum + hashPriceRow({ auction: event.auction, price: event.price })) | 0
    rows++
  }
  return { checksum: checksum >>> 0, rows }
}

export function best(span: Span): RowCheck {
  let checksum = 0
  let rows = 0
  forEachBid(span, (bid) => {
    if (bid.auction % 123 !== 0) return
    checksum = (checksum + hashInt(hashInt(0, bid.auction), bid.price)) | 0
    rows++
  })
  return { checksum: checksum >>> 0, rows }
}
