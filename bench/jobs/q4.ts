import { defineJob, list, recordsOf, value } from '../../src/index.ts'
import { makeEvent } from '../workloads/events.ts'
import type { CategoryRow } from '../workloads/rows.ts'
import { hashCategoryRow } from '../workloads/rows.ts'
import { spanOf } from '../workloads/span.ts'
import { spanConfig } from './config.ts'
import { lastByKey } from './last-by-key.ts'
import { timed } from './made-clock.ts'
import { rowCheck } from './row-check.ts'

interface Offer {
  readonly auction: number
  readonly price: number
  readonly ts: number
}

interface Sale {
  readonly category: number
  readonly price: number
}

/** q4: the highest bid of every auction when it expires, averaged per category at every sale; the sink keeps the last average of each category. */
export default defineJob(import.meta, {
  name: 'q4',
  config: spanConfig,
  build: ({ source, config }) => {
    const { first, count } = spanOf(config.seed, config.count)
    const make = timed(first, makeEvent)
    const { bid, auction } = source.generate('events', { count, make, eventTime: (event) => event.ts }).switchOn('kind')
    const auctions = auction.map(({ id, category, ts, expires }) => ({ id, category, ts, expires }))
    const sales = bid
      .map(({ auction, price, ts }): Offer => ({ auction, price, ts }))
      .keyBy('auction')
      .connect(auctions.keyBy('id'))
      .process(
        {
          state: {
            from: value<number>(),
            until: value<number>(),
            category: value<number>(),
            highest: value<number>(),
            /** Times and prices in turn. */
            early: list<number>(),
          },
          emits: recordsOf<Sale>(),
          onFirst(offer, { state }) {
            const until = state.until.get()
            if (until === undefined) state.early.add(offer.ts, offer.price)
            else if (offer.ts <= until && offer.ts >= state.from.get()! && offer.price > (state.highest.get() ?? -1))
              state.highest.set(offer.price)
          },
          onSecond({ category, ts, expires }, { state, timers }) {
            state.category.set(category)
            state.from.set(ts)
            state.until.set(expires)
            let highest = -1
            let at = NaN
            for (const value of state.early) {
              if (Number.isNaN(at)) at = value
              else {
                if (at >= ts && at <= expires) highest = Math.max(highest, value)
                at = NaN
              }
            }
            state.early.clear()
            if (highest >= 0) state.highest.set(highest)
            timers.event.set(expires)
          },
          onTimer(_expires, ctx) {
            const { state } = ctx
            const price = state.highest.get()
            if (price !== undefined) ctx.emit({ category: state.category.get()!, price })
            for (const each of [state.category, state.from, state.until, state.highest]) each.clear()
          },
        },
        { name: 'auctions' },
      )
    const result = sales
      .keyBy('category')
      .process(
        {
          state: { sum: value<number>({ default: 0 }), count: value<number>({ default: 0 }) },
          emits: recordsOf<{ key: number; average: number }>(),
          onRecord({ category, price }, ctx) {
            const sum = ctx.state.sum.get() + price
            const sales = ctx.state.count.get() + 1
            ctx.state.sum.set(sum)
            ctx.state.count.set(sales)
            ctx.emit({ key: category, average: Math.floor(sum / sales) })
          },
        },
        { name: 'averages' },
      )
      .transform<{ key: number; average: number }>(lastByKey, {}, { name: 'last' })
      .map(({ key, average }): CategoryRow => ({ category: key, average }))
      .aggregate((a) => ({ check: a.custom(rowCheck(hashCategoryRow)) }), { name: 'check' })
      .toStream({ emit: 'final' })
    return { result }
  },
})
