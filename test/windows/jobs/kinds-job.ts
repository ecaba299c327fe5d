import { defineJob, trigger, window } from '../../../src/index.ts'

interface Order {
  readonly id: number
  readonly shop: string
  readonly cents: number
  readonly at: number
}

/** Orders whose event times are given, each in a batch of its own, so that the watermark follows every one of them. */
export default defineJob<{ readonly at: readonly number[] }>(import.meta, {
  build: ({ source, config: { at } }) => {
    const orders = source.generate('orders', {
      count: at.length,
      splits: 1,
      make: (n): Order => ({ id: n, shop: n % 2 === 0 ? 'even' : 'odd', cents: n, at: at[n]! }),
      eventTime: (order) => order.at,
    })
    const perShop = orders.keyBy('shop')
    const tumbling = window.tumbling({ sizeMs: 10 })
    const { results, late } = perShop
      .window(tumbling, { lateRecords: 'output' })
      .aggregate((a) => ({ orders: a.count(), cents: a.sum('cents') }), { name: 'strict' })
    return {
      results,
      late,
      lenient: perShop.window(tumbling, { allowedLatenessMs: 20, accumulate: 'discarding' }).aggregate((a) => ({ orders: a.count() })),
      largest: orders.windowAll(tumbling).reduce((a, b) => (a.cents > b.cents ? a : b)),
      // Windows after windows: results are in the last millisecond of their window.
      perTwo: perShop
        .window(tumbling)
        .aggregate((a) => ({ orders: a.count() }))
        .windowAll(window.tumbling({ sizeMs: 20 }))
        .aggregate((a) => ({ rows: a.count(), orders: a.sum('orders') })),
      pairs: perShop.window(window.count(2)).process<number[]>((records, _, emit) => emit(records.map(({ id }) => id))),
      lastThree: perShop.window(window.count(3, { slide: 2 })).aggregate((a) => ({ cents: a.sum('cents') })),
      byClock: orders.windowAll(window.tumbling({ sizeMs: 60_000 }), { time: 'processing' }).aggregate((a) => ({ orders: a.count() })),
      everyThree: orders.windowAll(window.global(), { trigger: trigger.count(3) }).aggregate((a) => ({ orders: a.count() })),
    }
  },
})
