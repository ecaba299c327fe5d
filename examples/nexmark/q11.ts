/** NEXMark q11, user sessions: how many bids did a bidder make in each session of activity? A pause of more than 1 s of event time ends one. */
import { defineJob, window } from 'millrace'
import { auctionEvents, nexmarkConfig } from './events.ts'

export default defineJob(import.meta, {
  config: nexmarkConfig,
  build: ({ source, config }) => {
    const { bid } = auctionEvents(source, config).switchOn('kind')
    const rows = bid
      .keyBy('bidder')
      .window(window.session({ gapMs: 1_000 }))
      .aggregate((a) => ({ count: a.count() }), { name: 'sessions' })
      .map(({ key, count, windowStart, windowEnd }) => ({ bidder: key, count, start: windowStart, end: windowEnd }))
    return { rows }
  },
})
