import { bidOf, EVENTS_PER_EPOCH, makeAuction, makeEvent, makePerson } from '../workloads/events.ts'
import { hashInt, hashText } from '../workloads/row-hash.ts'
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

const EVENTS_PER_WINDOW = SIZE_MS * 10
const PERSONS_PER_WINDOW = EVENTS_PER_WINDOW / EVENTS_PER_EPOCH
const AUCTIONS_UP_TO = 3
const ID_FIRST = 1000

/** A window's persons have consecutive ids, so that names and sales lie in arrays. Event by event only in the parts of epochs at both ends of the span. */
export function best({ first, count }: Span): RowCheck {
  const names: (string | null)[] = Array.from({ length: PERSONS_PER_WINDOW }, () => null)
  const sold = new Uint8Array(PERSONS_PER_WINDOW)
  const end = first + count
  let checksum = 0
  let rows = 0
  for (let from = first; from < end;) {
    const window = (from / EVENTS_PER_WINDOW) | 0
    const to = Math.min((window + 1) * EVENTS_PER_WINDOW, end)
    const idFirst = ID_FIRST + window * PERSONS_PER_WINDOW
    names.fill(null)
    sold.fill(0)
    for (; from < to; from = makeEpoch(from, to, idFirst, names, sold));
    for (let place = 0; place < PERSONS_PER_WINDOW; place++) {
      const name = names[place]!
      if (name === null || sold[place] === 0) continue
      checksum = (checksum + hashInt(hashText(hashInt(0, idFirst + place), name), window * SIZE_MS)) | 0
      rows++
    }
  }
  return { checksum: checksum >>> 0, rows }
}

/** Makes the events of one epoch, or what of it lies before `to`; gives the first event behind it. */
function makeEpoch(from: number, to: number, idFirst: number, names: (string | null)[], sold: Uint8Array): number {
  const epoch = (from / EVENTS_PER_EPOCH) | 0
  const start = epoch * EVENTS_PER_EPOCH
  const last = Math.min(start + EVENTS_PER_EPOCH, to)
  let n = from
  if (n === start) {
    const { id, name } = makePerson(n++)
    names[id - idFirst] = name
  }
  for (; n < last && n <= start + AUCTIONS_UP_TO; n++) {
    // A seller of an earlier window has no place.
    const place = makeAuction(n).seller - idFirst
    if (place >= 0) sold[place] = 1
  }
  for (; n < last; n++) bidOf(n, epoch, (n / 10) | 0)
  return last
}
