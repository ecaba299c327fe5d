import { makeEvent } from '../workloads/events.ts'
import type { RowCheck } from '../workloads/row-hash.ts'
import { hashNewSellerRow } from '../workloads/rows.ts'
import type { Span } from '../workloads/span.ts'

const SIZE_MS = 10_000

/** q8: the persons that come and sell within the same window of 10 s, once per person and window. */
export function naive({ first, count }: Span): RowCheck {
  const names = new Map<number, string>()
  const sellers = new Set<number>()
  let checksum = 0
  let rows = 0
  let windowStart = 0
  const fire = (): void => {
    for (const [id, name] of names) {
      if (!sellers.has(id)) continue
      checksum = (checksum + hashNewSellerRow({ id, name, windowStart })) | 0
      rows++
    }
    names.clear()
    sellers.clear()
  }
  for (let n = first; n < first + count; n++) {
    const event = makeEvent(n)
    if (event.ts >= windowStart + SIZE_MS) {
      fire()
      windowStart = event.ts - (event.ts % SIZE_MS)
    }
    if (event.kind === 'person') names.set(event.id, event.name)
    else if (event.kind === 'auction') sellers.add(event.seller)
  }
  fire()
  return { checksum: checksum >>> 0, rows }
}
