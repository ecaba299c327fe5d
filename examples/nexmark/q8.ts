/** NEXMark q8, monitor new users: persons who came and opened an auction within the same 10 s of event time, once each. */
import { defineJob, window } from 'millrace'
import { auctionEvents, nexmarkConfig } from './events.ts'

export interface NewSeller {
  readonly id: number
  readonly name: string
  readonly windowStart: number
}

export default defineJob(import.meta, {
  config: nexmarkConfig,
  build: ({ source, config }) => {
    const { person, auction } = auctionEvents(source, config).switchOn('kind')
    const rows = person
      .keyBy('id')
      .coGroup(auction.keyBy('seller'), window.tumbling({ sizeMs: 10_000 }))
      .apply<NewSeller>(
        ([newcomer], auctions, { key: id, start: windowStart }) =>
          newcomer === undefined || auctions.length === 0 ? [] : [{ id, name: newcomer.name, windowStart }],
        { name: 'new-sellers' },
      )
    return { rows }
  },
})
