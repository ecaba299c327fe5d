/** NEXMark q8, monitor new users: persons who came and opened an auction within the same 10 s of event time, once each. */
import { defineJob, window } from 'millrace'
import type { Auction, AuctionEvent, Person } from './events.ts'
import { auctionEvents, nexmarkConfig } from './events.ts'

export interface NewSeller {
  readonly id: number
  readonly name: string
  readonly windowStart: number
}

const notBid = (event: AuctionEvent): event is Person | Auction => event.kind !== 'bid'

export default defineJob(import.meta, {
  config: nexmarkConfig,
  build: ({ source, config }) => {
    const rows = auctionEvents(source, config)
      .filter(notBid)
      .keyBy((event) => (event.kind === 'person' ? event.id : event.seller))
      .window(window.tumbling({ sizeMs: 10_000 }))
      .process<NewSeller>(
        (events, { key: id, window: { start: windowStart } }, emit) => {
          const person = events.find((event) => event.kind === 'person')
          if (person !== undefined && events.some(({ kind }) => kind === 'auction')) emit({ id, name: person.name, windowStart })
        },
        { name: 'new-sellers' },
      )
    return { rows }
  },
})
