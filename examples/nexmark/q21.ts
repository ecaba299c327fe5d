/** NEXMark q21, add channel id: that of a known channel, or else the one in the url; bids that have neither are left out. */
import { defineJob } from 'millrace'
import { auctionEvents, nexmarkConfig } from './events.ts'

const CHANNEL_IDS = new Map([
  ['apple', '0'],
  ['google', '1'],
  ['facebook', '2'],
  ['baidu', '3'],
])

export function channelId(channel: string, url: string): string | undefined {
  return CHANNEL_IDS.get(channel.toLowerCase()) ?? /(?:&|^)channel_id=([^&]*)/.exec(url)?.[1]
}

export default defineJob(import.meta, {
  config: nexmarkConfig,
  build: ({ source, config }) => {
    const { bid } = auctionEvents(source, config).switchOn('kind')
    const rows = bid.flatMap(({ auction, bidder, price, channel, url }) => {
      const id = channelId(channel, url)
      return id === undefined ? [] : [{ auction, bidder, price, channel, channelId: id }]
    })
    return { rows }
  },
})
