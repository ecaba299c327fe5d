import { bidOf, EVENTS_PER_EPOCH, makeAuction, makePerson } from '../workloads/events.ts'
import type { Auction, Bid, Person } from '../workloads/events.ts'
import type { Span } from '../workloads/span.ts'

const BIDS_FROM = 4

type Take = (bid: Bid, tick: number) => void
type TakeOther = (event: Person | Auction) => void

const skip = (): void => {}

/**
 * Makes all records of the span and hands over its bids, with their time as an int32 of ms since BASE_MS, and the others where wanted: the generator of the
 * best loops. It goes epoch by epoch, so that what an epoch's bids share is computed once, and no place has to be looked up.
 */
export function forEachBid({ first, count }: Span, take: Take, takeOther: TakeOther = skip): void {
  const end = first + count
  for (let start = first - (first % EVENTS_PER_EPOCH); start < end; start += EVENTS_PER_EPOCH) {
    if (start < first || start + EVENTS_PER_EPOCH > end)
      forEachBidOfPart(Math.max(start, first), Math.min(start + EVENTS_PER_EPOCH, end), take, takeOther)
    else forEachBidOfEpoch(start, take, takeOther)
  }
}

function forEachBidOfEpoch(start: number, take: Take, takeOther: TakeOther): void {
  const epoch = (start / EVENTS_PER_EPOCH) | 0
  takeOther(makePerson(start))
  for (let k = 1; k < BIDS_FROM; k++) takeOther(makeAuction(start + k))
  for (let k = BIDS_FROM; k < EVENTS_PER_EPOCH; k++) {
    const tick = ((start + k) / 10) | 0
    take(bidOf(start + k, epoch, tick), tick)
  }
}

function forEachBidOfPart(from: number, to: number, take: Take, takeOther: TakeOther): void {
  for (let n = from; n < to; n++) {
    const k = n % EVENTS_PER_EPOCH
    if (k === 0) takeOther(makePerson(n))
    else if (k < BIDS_FROM) takeOther(makeAuction(n))
    else take(bidOf(n, (n / EVENTS_PER_EPOCH) | 0, (n / 10) | 0), (n / 10) | 0)
  }
}
