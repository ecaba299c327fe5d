import { defineJob } from '../../../src/index.ts'

export interface Order {
  readonly id: number
  readonly shop: string
  readonly cents: number
}

/** Every tenth order is broken when it is parsed, every 25th has no shop to be counted under. */
export function line(id: number): string {
  if (id % 10 === 3) return `{"id":${id},`
  return JSON.stringify({ id, shop: id % 25 === 0 ? null : `s${id % 4}`, cents: id })
}

let crashes = 0

export default defineJob<{ readonly count: number; readonly crashAt?: number }>(import.meta, {
  build: ({ source, config, deadLetters }) => {
    // The command line gives texts.
    const [count, crashAt] = [Number(config.count), config.crashAt]
    const orders = source
      .generate('lines', { count, make: line })
      .map((text) => JSON.parse(text) as Order, { name: 'parse', onError: 'deadLetter' })
      .tap(({ id }) => {
        if (id !== crashAt || crashes++ > 0) return
        throw new Error('fails once')
      })
    const perShop = orders.keyBy('shop').sum('cents', { name: 'shops', onError: 'skip' }).toStream({ emit: 'final' })
    const letters = deadLetters()
      .map(({ operator, record, error }) => ({ operator, class: error.class, size: String(record).length }))
      .keyBy('operator')
      .aggregate((a) => ({ n: a.count(), size: a.sum('size') }))
      .toStream({ emit: 'final' })
    return { perShop, letters }
  },
})
