import type { Oracle } from './events.ts'
import { bidsOf } from './events.ts'

const IDS: Record<string, string> = { Apple: '0', Google: '1', Facebook: '2', Baidu: '3' }

export const q21: Oracle = (events) =>
  bidsOf(events).map(({ auction, bidder, price, channel }) => ({ auction, bidder, price, channel, channelId: IDS[channel] }))
