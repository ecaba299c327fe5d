import { BASE_MS, EVENTS_PER_EPOCH, ID_FIRST, makeEvent } from '../workloads/events.ts'
import type { Auction, Bid, Person } from '../workloads/events.ts'
import type { RowCheck } from '../workloads/row-hash.ts'
import { hashCategoryRow } from '../workloads/rows.ts'
import type { Span } from '../workloads/span.ts'
import { forEachBid } from './bids.ts'

interface Open {
  readonly auction: Auction
  highest: number
}

interface Prices {
  sum: number
  count: number
}

/** q4: the highest bid of every auction when it expires, averaged per category. Only the last average of each category is a row. */
export function naive({ first, count }: Span): RowCheck {
  const open = new Map<number, Open>()
  const early = new Map<number, Bid[]>()
  const expiring = new Map<number, Open[]>()
  const categories = new Map<number, Prices>()
  let watermark = -1
  const offer = (entry: Open, bid: Bid): void => {
    if (bid.ts >= entry.auction.ts && bid.ts <= entry.auction.expires && bid.price > entry.highest) entry.highest = bid.price
  }
  const expire = (time: number): void => {
    for (const entry of expiring.get(time) ?? []) {
      open.delete(entry.auction.id)
      if (entry.highest >= 0) addPrice(categories, entry.auction.category, entry.highest)
    }
    expiring.delete(time)
  }
  for (let n = first; n < first + count; n++) {
    const event = makeEvent(n)
    if (watermark < 0) watermark = event.ts - 1
    while (watermark < event.ts - 1) expire(++watermark)
    if (event.kind === 'bid') {
      const entry = open.get(event.auction)
      if (entry !== undefined) offer(entry, event)
      else push(early, event.auction, event)
    } else if (event.kind === 'auction') {
      const entry = { auction: event, highest: -1 }
      open.set(event.id, entry)
      push(expiring, event.expires, entry)
      for (const bid of early.get(event.id) ?? []) offer(entry, bid)
      early.delete(event.id)
    }
  }
  for (const time of [...expiring.keys()]) expire(time)
  let checksum = 0
  for (const [category, { sum, count }] of categories) {
    checksum = (checksum + hashCategoryRow({ category, average: Math.floor(sum / count) })) | 0
  }
  return { checksum: checksum >>> 0, rows: categories.size }
}

function addPrice(categories: Map<number, Prices>, category: number, price: number): void {
  const prices = categories.get(category)
  if (prices === undefined) {
    categories.set(category, { sum: price, count: 1 })
    return
  }
  prices.sum += price
  prices.count++
}

function push<V>(lists: Map<number, V[]>, key: number, value: V): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}

const AUCTIONS_PER_EPOCH = 3
const CATEGORY_FIRST = 10
const CATEGORIES = 5

/**
 * Auctions by number in typed arrays. In this stream no bid comes before its auction, but for those on auctions from before the span, which never come; so all
 * that counts of a bid is whether it is in time, and when an auction ends does not matter.
 */
export function best(span: Span): RowCheck {
  const first = ID_FIRST + Math.floor(span.first / EVENTS_PER_EPOCH) * AUCTIONS_PER_EPOCH
  const size = (Math.ceil(span.count / EVENTS_PER_EPOCH) + 1) * AUCTIONS_PER_EPOCH
  const untils = new Int32Array(size)
  const highest = new Int32Array(size)
  const categories = new Uint8Array(size)
  const take = (event: Person | Auction): void => {
    if (event.kind === 'person') return
    const place = event.id - first
    untils[place] = event.expires - BASE_MS
    categories[place] = event.category - CATEGORY_FIRST
  }
  forEachBid(
    span,
    ({ auction, price }, tick) => {
      const place = auction - first
      if (place >= 0 && tick <= untils[place]! && price > highest[place]!) highest[place] = price
    },
    take,
  )
  const sums = new Float64Array(CATEGORIES)
  const counts = new Int32Array(CATEGORIES)
  for (let place = 0; place < size; place++) {
    if (highest[place] === 0) continue
    sums[categories[place]!]! += highest[place]!
    counts[categories[place]!]!++
  }
  let checksum = 0
  let rows = 0
  for (let category = 0; category < CATEGORIES; category++) {
    if (counts[category] === 0) continue
    rows++
    const average = Math.floor(sums[category]! / counts[category]!)
    checksum = (checksum + hashCategoryRow({ category: category + CATEGORY_FIRST, average })) | 0
  }
  return { checksum: checksum >>> 0, rows }
}
