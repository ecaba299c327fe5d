/**
 * Switch: a stream of a discriminated union becomes a stream for each of its members, which the compiler knows as such: `bid` has `cents`,
 * `auction` has `title`. `union` is the way back.
 */
import { defineJob, inlet } from 'millrace'

export type Happening =
  | { readonly kind: 'bid'; readonly auction: number; readonly cents: number }
  | { readonly kind: 'auction'; readonly auction: number; readonly title: string }

export default defineJob(import.meta, {
  inlets: { happenings: inlet<Happening>() },
  build: ({ inlets }) => {
    const { bid, auction } = inlets.happenings.switchOn('kind')
    const best = bid.keyBy('auction').max('cents').toStream({ emit: 'final' })
    const titles = auction.map(({ title }) => title.toUpperCase())
    return { best, titles }
  },
})
