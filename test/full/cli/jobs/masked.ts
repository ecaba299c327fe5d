import { defineJob, sink } from '../../../../src/index.ts'

const nothing = new Int32Array(new SharedArrayBuffer(4))

/** Orders of one customer, whose address is in every word that is said about them. */
export default defineJob(import.meta, {
  mask: ['email'],
  deadLetters: sink.file({ path: 'bad.jsonl', format: 'jsonLines' }),
  build: ({ source }) => {
    const make = (n: number): { readonly n: number; readonly email: string } => {
      // Paced, but not by each record: a worker that sleeps through a batch takes seconds for a checkpoint.
      if (n > 1000 && n % 16 === 0) Atomics.wait(nothing, 0, 0, 1)
      return { n, email: 'jane@example.org' }
    }
    const refuse = (order: ReturnType<typeof make>): ReturnType<typeof make> => {
      if (order.n % 100 === 7) throw new TypeError(`no order of ${order.email}`)
      return order
    }
    let crashed = false
    const crash = (order: ReturnType<typeof make>): ReturnType<typeof make> => {
      if (order.n === 2000 && !crashed) {
        crashed = true
        throw new RangeError(`crash at ${order.email}`)
      }
      return order
    }
    const orders = source
      .generate('orders', { count: 1e9, make })
      .map(refuse, { name: 'refuse', onError: 'deadLetter' })
      .map(crash, { name: 'crash' })
    return {
      orders: orders.filter(({ n }) => n < 3),
      perCustomer: orders
        .keyBy('email')
        .count()
        .toStream({ emit: 'every' })
        .filter(() => false),
    }
  },
})
