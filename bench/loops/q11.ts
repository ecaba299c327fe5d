import { makeEvent } from '../workloads/events.ts'
import type { RowCheck } from '../workloads/row-hash.ts'
import { hashSessionRow } from '../workloads/rows.ts'
import type { Span } from '../workloads/span.ts'

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
