/** Cases of the operator kit for joins: what both sides keep goes through a snapshot between any two steps. */
import type { KitContext, Step } from '../../src/testing/index.ts'
import type { KitCase } from './kit-cases.ts'

interface Order {
  readonly id: string
  readonly item: string
}

interface Payment {
  readonly order: string
  readonly cents: number
}

const order = (id: string, item: string, timestamp: number): Step => ({ input: 'orders', record: { id, item }, timestamp })
const payment = (id: string, cents: number, timestamp: number): Step => ({ input: 'payments', record: { order: id, cents }, timestamp })

const inputs = ({ input }: KitContext) => ({
  orders: input<Order>('orders').keyBy('id'),
  payments: input<Payment>('payments').keyBy('order'),
})

/** Event times around the bounds -10 and 20 of an interval; then records that are late, or just not. */
const INTERVALS: readonly Step[] = [
  order('a', 'apple', 100),
  payment('a', 1, 89),
  payment('a', 2, 90),
  payment('a', 3, 120),
  payment('a', 4, 121),
  payment('b', 5, 100),
  order('b', 'beer', 95),
  { watermark: 100 },
  order('b', 'bread', 99),
  order('b', 'butter', 100),
  payment('a', 6, 100),
  { watermark: 119 },
  payment('a', 7, 119),
  { watermark: 120, input: 'orders' },
  payment('a', 8, 120),
  { watermark: 120 },
  payment('a', 9, 120),
  payment('a', 10, 119),
  order('a', 'apricot', 131),
  { end: true },
]

const intervalCase = (exclusive: object, results: readonly string[]): KitCase => ({
  name: `intervalJoin, ${Object.keys(exclusive).length === 0 ? 'inclusive' : 'exclusive'}`,
  build: (context) => {
    const { orders, payments } = inputs(context)
    const bounds = { lowerMs: -10, upperMs: 20, ...exclusive }
    return orders.intervalJoin(
      payments,
      bounds,
      ({ item }, { cents }, { leftTime, rightTime }) => `${item} ${cents} ${leftTime}:${rightTime}`,
      {
        lateRecords: 'output',
      },
    )
  },
  script: INTERVALS,
  options: { order: 'any' },
  expected: {
    results,
    lateLeft: [{ id: 'b', item: 'bread' }],
    lateRight: [{ order: 'a', cents: 10 }],
  },
})

export const JOINS: readonly KitCase[] = [
  // The order at 100 is kept until the watermark has come to 120: payment 9 comes too late for it, without being late.
  intervalCase({}, [
    'apple 2 100:90',
    'apple 3 100:120',
    'beer 5 95:100',
    'butter 5 100:100',
    'apple 6 100:100',
    'apple 7 100:119',
    'apple 8 100:120',
    'apricot 4 131:121',
  ]),
  intervalCase({ lowerExclusive: true, upperExclusive: true }, ['beer 5 95:100', 'butter 5 100:100', 'apple 6 100:100']),
]
