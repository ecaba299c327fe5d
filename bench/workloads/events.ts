import { draw, fieldSeed, recordSeed } from './hash.ts'
import { flat, made } from './made.ts'

export interface Person {
  readonly kind: 'person'
  readonly id: number
  readonly name: string
  readonly email: string
  readonly city: string
  readonly state: string
  readonly ts: number
}

export interface Auction {
  readonly kind: 'auction'
  readonly id: number
  readonly seller: number
  readonly category: number
  readonly initialBid: number
  readonly reserve: number
  readonly expires: number
  readonly itemName: string
  readonly ts: number
}

export interface Bid {
  readonly kind: 'bid'
  readonly auction: number
  readonly bidder: number
  readonly price: number
  readonly channel: string
  readonly url: string
  readonly ts: number
}

export type AuctionEvent = Person | Auction | Bid

/** Event time of event 0, in ms since 1970. Ten events share a millisecond. */
export const BASE_MS = 1_600_000_000_000
export const EVENTS_PER_EPOCH = 50
export const ID_FIRST = 1000

const DRAW_1 = fieldSeed(1)
const DRAW_2 = fieldSeed(2)
const DRAW_3 = fieldSeed(3)
const DRAW_4 = fieldSeed(4)
const DRAW_5 = fieldSeed(5)
const DRAW_6 = fieldSeed(6)
const DRAW_7 = fieldSeed(7)

const FIRST_NAMES = ['Peter', 'Paul', 'Luke', 'John', 'Saul', 'Vicky', 'Kate', 'Julie']
const LAST_NAMES = ['Shultz', 'Abrams', 'Spencer', 'White', 'Bartels', 'Walton', 'Smith', 'Jones']
const CITIES = ['Phoenix', 'Palo_Alto', 'Boise', 'Portland', 'Bend', 'Redmond', 'Seattle', 'Kent']
const STATES = ['AZ', 'CA', 'ID', 'OR', 'WA', 'WY']
const CHANNELS = ['Google', 'Facebook', 'Baidu', 'Apple']
const URL_STARTS = CHANNELS.map((channel) => 'https://www.nexmark.com/' + channel + '/item.htm?query=1&id=')

/** Makes event `n`, 0 <= n < 2^31: a new object with all of its fields, its strings built. */
export function makeEvent(n: number): AuctionEvent {
  const k = n % EVENTS_PER_EPOCH
  return k > 3 ? makeBid(n) : k === 0 ? makePerson(n) : makeAuction(n)
}

/** Makes the person that event `n` is, n mod 50 = 0. */
export function makePerson(n: number): Person {
  const seed = recordSeed(n)
  const id = ID_FIRST + epochOf(n)
  const person: Person = {
    kind: 'person',
    id,
    name: flat(FIRST_NAMES[draw(seed + DRAW_1) % 8] + ' ' + LAST_NAMES[draw(seed + DRAW_2) % 8]),
    email: flat('p' + id + '@example.com'),
    city: CITIES[draw(seed + DRAW_3) % 8]!,
    state: STATES[draw(seed + DRAW_4) % 6]!,
    ts: timeOf(n),
  }
  made.record = person
  return person
}

/** Makes the auction that event `n` is, n mod 50 = 1, 2 or 3. */
export function makeAuction(n: number): Auction {
  const seed = recordSeed(n)
  const epoch = epochOf(n)
  const ts = timeOf(n)
  const initialBid = priceOf(seed + DRAW_4)
  const auction: Auction = {
    kind: 'auction',
    id: ID_FIRST + epoch * 3 + (n % EVENTS_PER_EPOCH) - 1,
    seller: draw(seed + DRAW_1) % 4 !== 0 ? hotId(epoch) : recentId(epoch, draw(seed + DRAW_2) % 1000),
    category: 10 + (draw(seed + DRAW_3) % 5),
    initialBid,
    reserve: initialBid + priceOf(seed + DRAW_5),
    expires: ts + 1 + (draw(seed + DRAW_6) % 20_000),
    itemName: flat('item-' + (draw(seed + DRAW_7) % 10_000)),
    ts,
  }
  made.record = auction
  return auction
}

/** Makes the bid that event `n` is, n mod 50 = 4 to 49. */
export function makeBid(n: number): Bid {
  return bidOf(n, epochOf(n), tickOf(n))
}

/** {@link makeBid} for one who knows the event's epoch and its ms since BASE_MS already. */
export function bidOf(n: number, epoch: number, tick: number): Bid {
  const seed = recordSeed(n)
  const lastAuction = epoch * 3 + 2
  const channel = draw(seed + DRAW_6) % 4
  const bid: Bid = {
    kind: 'bid',
    auction: draw(seed + DRAW_1) % 2 !== 0 ? hotId(lastAuction) : recentId(lastAuction, draw(seed + DRAW_2) % 100),
    bidder: draw(seed + DRAW_3) % 4 !== 0 ? hotId(epoch) : recentId(epoch, draw(seed + DRAW_4) % 1000),
    price: priceOf(seed + DRAW_5),
    channel: CHANNELS[channel]!,
    url: flat(URL_STARTS[channel]! + (draw(seed + DRAW_7) % 1000)),
    ts: BASE_MS + tick,
  }
  made.record = bid
  return bid
}

function epochOf(n: number): number {
  return (n / EVENTS_PER_EPOCH) | 0
}

/** Event time of event `n` in ms. Events are in order; the watermark after event `n` is one less. */
export function timeOf(n: number): number {
  return BASE_MS + tickOf(n)
}

/** Milliseconds from BASE_MS to event `n`. */
function tickOf(n: number): number {
  return (n / 10) | 0
}

/** The id that most records of its hundred go to. */
function hotId(last: number): number {
  return ID_FIRST + ((last / 100) | 0) * 100
}

function recentId(last: number, back: number): number {
  return ID_FIRST + Math.max(0, last - back)
}

/** A price of at least 100: a power law, since the draw's low bits choose how many of its high bits stay. */
function priceOf(seed: number): number {
  const bits = draw(seed)
  return 100 + (bits >>> (8 + (bits & 15)))
}
