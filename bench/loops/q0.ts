import { makeEvent } from '../workloads/events.ts'
import { hashInt } from '../workloads/row-hash.ts'
import type { RowCheck } from '../workloads/row-hash.ts'
import { hashBidRow } from '../workloads/rows.ts'
import type { Span } from '../workloads/span.ts'
import { forEachBid } from './bids.ts'

/** q0: every bid as it is. The sink also counts the characters of url and channel. */
export function naive({ first, count }: Span): RowCheck {
  let checksum = 0
  let rows = 0
  let characters = 0
  for (let n = first; n < first + count; n++) {
    const event = makeEvent(n)
    if (event.kind !== 'bid') continue
    checksum = (checksum + hashBidRow(event)) | 0
    characters += event.url.length + event.channel.length
    rows++
  }
  return { checksum: checksum >>> 0, rows, characters }
}

export function best(span: Span): RowCheck {
  let checksum = 0
  let rows = 0
  let characters = 0
  forEachBid(span, (bid, tick) => {
    checksum = (checksum + hashInt(hashInt(hashInt(hashInt(0, bid.auction), bid.bidder), bid.price), tick)) | 0
    characters += bid.url.length + bid.channel.length
    rows++
  })
  return { checksum: checksum >>> 0, rows, characters }
}
