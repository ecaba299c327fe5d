import type { AuctionEvent } from '../../workloads/events.ts'
import type { Keyed } from '../../workloads/keyed.ts'
import type { BidRow } from '../../workloads/rows.ts'
import { converted, isBid } from '../bid-rows.ts'

/** The tasks of the pool's threads: a batch comes and its result goes as a structured clone. */

export function convert(batch: readonly AuctionEvent[]): BidRow[] {
  return batch.filter(isBid).map(converted)
}

export function sumByKey(batch: readonly Keyed[]): Map<number, number> {
  const sums = new Map<number, number>()
  for (const { key, value } of batch) sums.set(key, (sums.get(key) ?? 0) + value)
  return sums
}
