import { defineJob } from '../../../src/index.ts'

export interface Order {
  readonly id: number
  readonly shop: string
  readonly cents: number
}

interface Config {
  /** Ids of orders that throw the first time that they come. */
  readonly throwAt: readonly number[]
  readonly run: string
}

/** Throws that have happened, by run. */
const thrown = new Map<string, Set<number>>()

/** Orders pushed by the app thread: each passed on, and summed by shop. */
export default defineJob<Config>(import.meta, {
  build: ({ inlet, config }) => {
    const orders = inlet<Order>('orders')
    const passed = orders.map((order) => {
      const before = thrown.get(config.run) ?? thrown.set(config.run, new Set()).get(config.run)!
      if (config.throwAt.includes(order.id) && !before.has(order.id)) {
        before.add(order.id)
        throw new Error(`order ${order.id} fails once`)
      }
      return { ...order }
    })
    const steps = passed.keyBy('shop').scan(
      () => ({ id: -1, shop: '', n: 0 }),
      (state, { id, shop }) => ({ id, shop, n: state.n + 1 }),
    )
    return { passed, steps, cents: passed.keyBy('shop').sum('cents').toStream({ emit: 'final' }) }
  },
})
