import { EVENTS_PER_EPOCH, ID_FIRST, makeEvent } from '../workloads/events.ts'
import type { Auction, Person } from '../workloads/events.ts'
import type { RowCheck } from '../workloads/row-hash.ts'
import { hashLocalItemRow } from '../workloads/rows.ts'
import type { Span } from '../workloads/span.ts'
import { forEachBid } from './bids.ts'

/** q3: auctions of category 10 beside their seller, where that is a person of OR, ID or CA; whichever of the two comes first waits. */
export function naive({ first, count }: Span): RowCheck {
  const persons = new Map<number, Person>()
  const waiting = new Map<number, Auction[]>()
  let checksum = 0
  let rows = 0
  const emit = (person: Person, auction: Auction): void => {
    checksum = (checksum + hashLocalItemRow({ name: person.name, city: person.city, state: person.state, auction: auction.id })) | 0
    rows++
  }
  for (let n = first; n < first + count; n++) {
    const event = makeEvent(n)
    if (event.kind === 'person') {
      if (event.state !== 'OR' && event.state !== 'ID' && event.state !== 'CA') continue
      persons.set(event.id, event)
      for (const auction of waiting.get(event.id) ?? []) emit(event, auction)
      waiting.delete(event.id)
    } else if (event.kind === 'auction' && event.category === 10) {
      const person = persons.get(event.seller)
      const others = waiting.get(event.seller)
      if (person !== undefined) emit(person, event)
      else if (others !== undefined) others.push(event)
      else waiting.set(event.seller, [event])
    }
  }
  return { checksum: checksum >>> 0, rows }
}

/** Persons by number, and the auctions that wait for one as a list through an array. */
export function best(span: Span): RowCheck {
  const epochFirst = Math.floor(span.first / EVENTS_PER_EPOCH)
  const epochs = Math.ceil(span.count / EVENTS_PER_EPOCH) + 1
  const persons: (Person | null)[] = Array.from({ length: epochs }, () => null)
  const heads = new Int32Array(epochs)
  const auctions: number[] = [0]
  const nexts: number[] = [0]
  let checksum = 0
  let rows = 0
  const emit = (person: Person, auction: number): void => {
    checksum = (checksum + hashLocalItemRow({ name: person.name, city: person.city, state: person.state, auction })) | 0
    rows++
  }
  const take = (event: Person | Auction): void => {
    if (event.kind === 'person') {
      if (event.state !== 'OR' && event.state !== 'ID' && event.state !== 'CA') return
      const place = event.id - ID_FIRST - epochFirst
      persons[place] = event
      for (let at = heads[place]!; at !== 0; at = nexts[at]!) emit(event, auctions[at]!)
    } else if (event.category === 10) {
      const place = event.seller - ID_FIRST - epochFirst
      if (place < 0) return
      const person = persons[place]!
      if (person !== null) return emit(person, event.id)
      nexts.push(heads[place]!)
      heads[place] = auctions.push(event.id) - 1
    }
  }
  forEachBid(span, () => {}, take)
  return { checksum: checksum >>> 0, rows }
}
