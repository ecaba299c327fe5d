import { makeEvent } from '../workloads/events.ts'
import { hashInt } from '../workloads/row-hash.ts'
import type { RowCheck } from '../workloads/row-hash.ts'
import { hashHotItemRow } from '../workloads/rows.ts'
import type { Span } from '../workloads/span.ts'
import { forEachBid } from './bids.ts'

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

/** More than the auctions that are bid on in 10 s, and a power of two: two of them never share a place. */
const PLACES = 8192
const PANES = SIZE_MS / SLIDE_MS

/** Counts of 2 s each, by the low bits of the auction; those of a window are the sum of five, of which one comes and one goes. */
export function best(span: Span): RowCheck {
  const panes = Array.from({ length: PANES }, () => new Int32Array(PLACES))
  const totals = new Int32Array(PLACES)
  const auctions = new Int32Array(PLACES)
  let checksum = 0
  let rows = 0
  /** The one that is counted in, from BASE_MS on; -1 before the first bid. */
  let pane = -1
  const close = (): void => {
    const counts = panes[pane % PANES]!
    const oldest = panes[(pane + 1) % PANES]!
    const windowEnd = (pane + 1) * SLIDE_MS
    let most = 1
    for (let place = 0; place < PLACES; place++) {
      const total = (totals[place]! += counts[place]!)
      if (total > most) most = total
    }
    for (let place = 0; place < PLACES; place++) {
      if (totals[place] === most) {
        checksum = (checksum + hashInt(hashInt(hashInt(0, windowEnd), auctions[place]!), most)) | 0
        rows++
      }
      totals[place]! -= oldest[place]!
    }
    oldest.fill(0)
    pane++
  }
  forEachBid(span, ({ auction }, tick) => {
    const its = (tick / SLIDE_MS) | 0
    if (pane === -1) pane = its
    while (pane < its) close()
    const place = auction & (PLACES - 1)
    panes[pane % PANES]![place]!++
    auctions[place] = auction
  })
  if (pane !== -1) for (let i = 0; i < PANES; i++) close()
  return { checksum: checksum >>> 0, rows }
}
