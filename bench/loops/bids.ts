import { bidOf, EVENTS_PER_EPOCH, makeAuction, makePerson } from '../workloads/events.ts'
import type { Bid } from '../workloads/events.ts'
import type { Span } from '../workloads/span.ts'

const BIDS_FROM = 4

/**
 * Makes all records of the span and hands over its bids, with their time as an int32 of ms since BASE_MS: the generator of the best
 * loops. It goes epoch by epoch, so that what an epoch's bids share is computed once, and no place has to be looked up.
 */
export function forEachBid({ first, count }: Span, take: (bid: Bid, tick: number) => void): void {
  const end = first + count
  for (let start = first - (first % EVENTS_PER_EPOCH); start < end; start += EVENTS_PER_EPOCH) {
    if (start < first || start + EVENTS_PER_EPOCH > end)
      forEachBidOfPart(Math.max(start, first), Math.min(start + EVENTS_PER_EPOCH, end), take)
    else forEachBidOfEpoch(start, take)
  }
}

function forEachBidOfEpoch(start: number, take: (bid: Bid, tick: number) => void): void {
  const epoch = (start / EVENTS_PER_EPOCH) | 0
  makePerson(start)
  for (let k = 1; k < BIDS_FROM; k++) makeAuction(start + k)
  for (let k = BIDS_FROM; k < EVENTS_PER_EPOCH; k++) {
    const tick = ((start + k) / 10) | 0
    take(bidOf(start + k, epoch, tick), tick)
  }
}

function forEachBidOfPart(from: number, to: number, take: (bid: Bid, tick: number) => void): void {
  for (let n = from; n < to; n++) {
    const k = n % EVENTS_PER_EPOCH
    if (k === 0) makePerson(n)
    else if (k < BIDS_FROM) makeAuction(n)
    else take(bidOf(n, (n / EVENTS_PER_EPOCH) | 0, (n / 10) | 0), (n / 10) | 0)
  }
}
