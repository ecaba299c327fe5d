import { makeEvent } from '../workloads/events.ts'
import { hashInt } from '../workloads/row-hash.ts'
import type { RowCheck } from '../workloads/row-hash.ts'
import { hashHighestRow } from '../workloads/rows.ts'
import type { Span } from '../workloads/span.ts'
import { forEachBid } from './bids.ts'

const SIZE_MS = 10_000

/** q7: the highest price of every window of 10 s. */
export function naive({ first, count }: Span): RowCheck {
  let checksum = 0
  let rows = 0
  let windowEnd = 0
  let highest = 0
  const fire = (): void => {
    if (windowEnd === 0) return
    checksum = (checksum + hashHighestRow({ windowEnd, price: highest })) | 0
    rows++
  }
  for (let n = first; n < first + count; n++) {
    const event = makeEvent(n)
    if (event.kind !== 'bid') continue
    if (event.ts >= windowEnd) {
      fire()
      windowEnd = event.ts - (event.ts % SIZE_MS) + SIZE_MS
      highest = event.price
    } else if (event.price > highest) highest = event.price
  }
  fire()
  return { checksum: checksum >>> 0, rows }
}

/** Windows in int32, from BASE_MS on. */
export function best(span: Span): RowCheck {
  let checksum = 0
  let rows = 0
  let windowEnd = 0
  let highest = 0
  const fire = (): void => {
    if (windowEnd === 0) return
    checksum = (checksum + hashInt(hashInt(0, windowEnd), highest)) | 0
    rows++
  }
  forEachBid(span, ({ price }, tick) => {
    if (tick >= windowEnd) {
      fire()
      windowEnd = (((tick / SIZE_MS) | 0) + 1) * SIZE_MS
      highest = price
    } else if (price > highest) highest = price
  })
  fire()
  return { checksum: checksum >>> 0, rows }
}
