import type { Oracle } from './events.ts'
import { bidsOf } from './events.ts'

export const q1: Oracle = (events) =>
  bidsOf(events).map(({ auction, bidder, price, ts }) => ({ auction, bidder, price: Number((BigInt(price) * 908n) / 1000n), ts }))
