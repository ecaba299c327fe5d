import type { Oracle } from './events.ts'
import { bidsOf } from './events.ts'

export const q0: Oracle = (events) => bidsOf(events).map(({ auction, bidder, price, ts }) => ({ auction, bidder, price, ts }))
