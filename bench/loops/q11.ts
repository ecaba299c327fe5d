import { makeEvent } from '../workloads/events.ts'
import { hashInt } from '../workloads/row-hash.ts'
import type { RowCheck } from '../workloads/row-hash.ts'
import { hashSessionRow } from '../workloads/rows.ts'
import type { Span } from '../workloads/span.ts'
import { forEachBid } from './bids.ts'

const GAP_MS = 1_000

interface Session {
  count: number
  start: number
  last: number
}

/** q11: the bids of every bidder in sessions with a gap of 1 s; a bid exactly 1 s after the last one still belongs to it. */
export function naive({ first, count }: Span): RowCheck {
  const sessions = new Map<number, Session>()
  let checksum = 0
  let rows = 0
  const emit = (bidder: number, session: Session): void => {
    checksum = (checksum + hashSessionRow({ bidder, count: session.count, start: session.start, end: session.last + GAP_MS })) | 0
    rows++
  }
  for (let n = first; n < first + count; n++) {
    const event = makeEvent(n)
    if (event.kind !== 'bid') continue
    const session = sessions.get(event.bidder)
    if (session !== undefined && event.ts <= session.last + GAP_MS) {
      session.count++
      session.last = event.ts
      continue
    }
    if (session !== undefined) emit(event.bidder, session)
    sessions.set(event.bidder, { count: 1, start: event.ts, last: event.ts })
  }
  for (const [bidder, session] of sessions) emit(bidder, session)
  return { checksum: checksum >>> 0, rows }
}

/** More than the bidders that bid at a time, and a power of two: who comes to another one's place comes when that one is gone. */
const PLACES = 2048

/** Sessions by the low bits of the bidder, in int32. */
export function best(span: Span): RowCheck {
  const bidders = new Int32Array(PLACES)
  const counts = new Int32Array(PLACES)
  const starts = new Int32Array(PLACES)
  const lasts = new Int32Array(PLACES)
  let checksum = 0
  let rows = 0
  const emit = (place: number): void => {
    if (counts[place] === 0) return
    const row = hashInt(hashInt(hashInt(hashInt(0, bidders[place]!), counts[place]!), starts[place]!), lasts[place]! + GAP_MS)
    checksum = (checksum + row) | 0
    rows++
  }
  forEachBid(span, ({ bidder }, tick) => {
    const place = bidder & (PLACES - 1)
    if (bidders[place] === bidder && tick <= lasts[place]! + GAP_MS) {
      counts[place]!++
      lasts[place] = tick
      return
    }
    emit(place)
    bidders[place] = bidder
    counts[place] = 1
    starts[place] = tick
    lasts[place] = tick
  })
  for (let place = 0; place < PLACES; place++) emit(place)
  return { checksum: checksum >>> 0, rows }
}
