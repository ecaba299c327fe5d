import { makeEvent } from '../workloads/events.ts'
import type { RowCheck } from '../workloads/row-hash.ts'
import { hashHotItemRow } from '../workloads/rows.ts'
import type { Span } from '../workloads/span.ts'

const SIZE_MS = 10_000
const SLIDE_MS = 2_000

/** q5: in windows of 10 s every 2 s, the auctions with the most bids; every tie is a row. */
export function naive({ first, count }: Span): RowCheck {
  const windows = new Map<number, Map<number, number>>()
  let checksum = 0
  let rows = 0
  const fire = (windowEnd: number, bids: Map<number, number>): void => {
    let most = 0
    for (const count of bids.values()) if (count > most) most = count
    for (const [auction, count] of bids) {
      if (count !== most) continue
      checksum = (checksum + hashHotItemRow({ windowEnd, auction, count })) | 0
      rows++
    }
    windows.delete(windowEnd)
  }
  for (let n = first; n < first + count; n++) {
    const event = makeEvent(n)
    if (event.kind !== 'bid') continue
    const firstEnd = event.ts - (event.ts % SLIDE_MS) + SLIDE_MS
    for (let end = firstEnd; end < firstEnd + SIZE_MS; end += SLIDE_MS) {
      let bids = windows.get(end)
      if (bids === undefined) {
        // A window opens in order of its end, so every window that is over stands first.
        for (const [over, its] of windows) if (over <= event.ts) fire(over, its)
        windows.set(end, (bids = new Map<number, number>()))
      }
      bids.set(event.auction, (bids.get(event.auction) ?? 0) + 1)
    }
  }
  for (const [end, bids] of windows) fire(end, bids)
  return { checksum: checksum >>> 0, rows }
}
