/**
 * NEXMark q3, local item suggestion: who sells in Oregon, Idaho or California, and which auctions of category 10? An incremental join: a row as soon as
 * both sides are there, whichever comes first. Both are kept for ever.
 */
import { defineJob, list, recordsOf, value } from 'millrace'
import type { Auction, AuctionEvent, Person } from './events.ts'
import { auctionEvents, nexmarkConfig } from './events.ts'

export interface LocalItem {
  readonly name: string
  readonly city: string
  readonly state: string
  readonly auction: number
}

const STATES = ['OR', 'ID', 'CA']
const wanted = (event: AuctionEvent): event is Person | Auction =>
  event.kind === 'person' ? STATES.includes(event.state) : event.kind === 'auction' && event.category === 10
const rowOf = ({ name, city, state }: Person, auction: number): LocalItem => ({ name, city, state, auction })

export default defineJob(import.meta, {
  config: nexmarkConfig,
  build: ({ source, config }) => {
    const rows = auctionEvents(source, config)
      .filter(wanted)
      .keyBy((event) => (event.kind === 'person' ? event.id : event.seller))
      .process(
        {
          state: { person: value<Person>(), auctions: list<number>() },
          emits: recordsOf<LocalItem>(),
          onRecord(event, { state, emit }) {
            if (event.kind === 'person') {
              state.person.set(event)
              for (const auction of state.auctions) emit(rowOf(event, auction))
              state.auctions.clear()
              return
            }
            const person = state.person.get()
            if (person === undefined) state.auctions.add(event.id)
            else emit(rowOf(person, event.id))
          },
        },
        { name: 'local-items' },
      )
    return { rows }
  },
})
