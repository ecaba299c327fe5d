import type { Oracle } from './events.ts'
import { bidsOf } from './events.ts'

export const q22: Oracle = (events) =>
  bidsOf(events).map(({ auction, bidder, price, channel, url }) => {
    const rest = url.slice('https://www.nexmark.com/'.length)
    const at = rest.indexOf('/')
    return { auction, bidder, price, channel, dir1: rest.slice(0, at), dir2: rest.slice(at + 1), dir3: null }
  })
