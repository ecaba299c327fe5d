/**
 * NEXMark q14, calculation: bids of more than 1 and less than 50 million euros with the time of the day (UTC), and how many letters c there are in the
 * url (in the original: in a field that only fills the record).
 */
import { defineJob } from 'millrace'
import { auctionEvents, nexmarkConfig } from './events.ts'

export type TimeOfDay = 'dayTime' | 'nightTime' | 'otherTime'

function timeOfDay(ts: number): TimeOfDay {
  const hour = new Date(ts).getUTCHours()
  if (hour >= 8 && hour <= 18) return 'dayTime'
  return hour <= 6 || hour >= 20 ? 'nightTime' : 'otherTime'
}

function countOf(letter: string, text: string): number {
  return text.split(letter).length - 1
}

export default defineJob(import.meta, {
  config: nexmarkConfig,
  build: ({ source, config }) => {
    const { bid } = auctionEvents(source, config).switchOn('kind')
    const rows = bid
      .map(({ auction, bidder, price, url, ts }) => ({ auction, bidder, price: (price * 908) / 1000, ts, url }))
      .filter(({ price }) => price > 1_000_000 && price < 50_000_000)
      .map(({ url, ...row }) => ({ ...row, timeOfDay: timeOfDay(row.ts), letters: countOf('c', url) }))
    return { rows }
  },
})
