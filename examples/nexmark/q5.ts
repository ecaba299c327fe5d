/** NEXMark q5, hot items: the auctions with the most bids in the last 10 s, every 2 s of event time. Each of several with as many is a row. */
import { defineJob, window } from 'millrace'
import { auctionEvents, nexmarkConfig } from './events.ts'

export interface HotItem {
  readonly windowEnd: number
  readonly auction: number
  readonly count: number
}

const SIZE_MS = 10_000
const SLIDE_MS = 2_000

export default defineJob(import.meta, {
  config: nexmarkConfig,
  build: ({ source, config }) => {
    const { bid } = auctionEvents(source, config).switchOn('kind')
    const counts = bid
      .keyBy('auction')
      .window(window.sliding({ sizeMs: SIZE_MS, slideMs: SLIDE_MS }))
      .aggregate((a) => ({ count: a.count() }), { name: 'bids-per-auction' })
    // A result has the last millisecond of its window as its time, so a short window holds those of one long window.
    const rows = counts.windowAll(window.tumbling({ sizeMs: SLIDE_MS })).process<HotItem>(
      (all, _window, emit) => {
        const most = all.reduce((max, { count }) => Math.max(max, count), 0)
        for (const { key, windowEnd, count } of all) if (count === most) emit({ windowEnd, auction: key, count })
      },
      { name: 'hottest' },
    )
    return { rows }
  },
})
