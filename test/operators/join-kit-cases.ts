/** Cases of the operator kit for joins: what both sides keep goes through a snapshot between any two steps. */
import { window } from '../../src/index.ts'
import type { JoinType, WindowAssigner } from '../../src/index.ts'
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

/** Windows of 10 ms: a pair, one side alone, the other one alone; then records that are late within 10 ms, and more. */
const WINDOWED: readonly Step[] = [
  order('a', 'apple', 1),
  payment('a', 1, 9),
  payment('a', 2, 3),
  order('b', 'beer', 5),
  payment('c', 3, 5),
  order('a', 'apricot', 10),
  { watermark: 9, input: 'orders' },
  payment('b', 4, 6),
  { watermark: 12 },
  order('c', 'cake', 2),
  payment('a', 5, 19),
  { watermark: 19 },
  order('a', 'almond', 8),
  payment('a', 6, 8),
  { end: true },
]

const windowCase = (
  type: JoinType,
  windows: WindowAssigner<unknown, 'time'>,
  results: readonly string[],
  late: readonly [readonly unknown[], readonly unknown[]],
): KitCase => ({
  name: `join, ${type}`,
  build: (context) => {
    const { orders, payments } = inputs(context)
    return orders
      .join(payments, windows, { type, allowedLatenessMs: 10, lateRecords: 'output' })
      .apply((l, r, { key, start, end }) => `${key} ${start}..${end} ${l?.item ?? '-'} ${r?.cents ?? '-'}`)
  },
  script: WINDOWED,
  options: { order: 'any' },
  expected: { results, lateLeft: late[0], lateRight: late[1] },
})

const LATE = [[{ id: 'a', item: 'almond' }], [{ order: 'a', cents: 6 }]] as const
const TUMBLING = window.tumbling({ sizeMs: 10 })
const PAIRS = ['a 0..10 apple 1', 'a 0..10 apple 2', 'b 0..10 beer 4', 'c 0..10 cake 3', 'a 10..20 apricot 5']

/** Prices change while orders come; the last one of an item says that there is none any more. */
const PRICES: readonly Step[] = [
  order('a', 'apple', 1),
  payment('a', 1, 2),
  order('a', 'apricot', 2),
  order('b', 'beer', 3),
  payment('a', 2, 8),
  order('a', 'almond', 7),
  { watermark: 5 },
  order('a', 'avocado', 8),
  payment('b', 3, 6),
  payment('a', 4, 8),
  order('b', 'bread', 6),
  { watermark: 8 },
  payment('a', 0, 10),
  order('a', 'apple pie', 9),
  order('a', 'ale', 12),
  order('b', 'butter', 20),
  { watermark: 12 },
  payment('a', 5, 13),
  order('a', 'anchovy', 13),
  order('b', 'brandy', 1),
  { end: true },
]

const isDelete = ({ cents }: Payment): boolean => cents === 0
const priced = ({ item }: Order, price: Payment | undefined): string => `${item} ${price?.cents ?? '-'}`

const latestCase = (kind: string, type: 'inner' | 'left', out: readonly string[]): KitCase => ({
  name: `${kind}, ${type}`,
  build: ({ input }) => {
    const orders = input<Order>('orders')
    const prices = input<Payment>('payments').keyBy('order')
    if (kind === 'joinBroadcast') return orders.joinBroadcast(prices, 'id', priced, { type, isDelete })
    return kind === 'joinLatest'
      ? orders.keyBy('id').joinLatest(prices, priced, { type, isDelete })
      : orders.keyBy('id').joinTemporal(prices, priced, { type, isDelete })
  },
  script: PRICES,
  options: { order: 'any' },
  expected: { out },
})

const LATEST = ['apricot 1', 'almond 2', 'avocado 2', 'bread 3', 'butter 3', 'anchovy 5', 'brandy 3']
const MISSED = ['apple -', 'beer -', 'apple pie -', 'ale -']

export const JOINS: readonly KitCase[] = [
  windowCase('inner', TUMBLING, PAIRS, LATE),
  windowCase('left', TUMBLING, PAIRS, LATE),
  // The window of c has fired with the payment alone; the cake is late, but not too late, and makes it fire again.
  windowCase('right', TUMBLING, ['c 0..10 - 3', ...PAIRS], LATE),
  // Sessions that are late within 10 ms touch others, become one with them and fire again.
  windowCase(
    'full',
    window.session({ gapMs: 4 }),
    [
      'a 1..7 apple 2',
      'b 5..10 beer 4',
      'c 5..9 - 3',
      'c 2..9 cake 3',
      'a 9..14 apricot 1',
      'a 8..14 apricot 1',
      'a 8..14 almond 1',
      'a 8..14 apricot 1',
      'a 8..14 apricot 6',
      'a 8..14 almond 1',
      'a 8..14 almond 6',
      'a 19..23 - 5',
    ],
    [[], []],
  ),
  {
    name: 'coGroup, sliding',
    build: (context) => {
      const { orders, payments } = inputs(context)
      return orders
        .coGroup(payments, window.sliding({ sizeMs: 20, slideMs: 10 }))
        .apply((ls, rs, { key, start }) => [
          `${key} ${start} ${ls.map(({ item }) => item).join(' ')} ${rs.map(({ cents }) => cents).join(' ')}`,
        ])
    },
    script: WINDOWED,
    options: { order: 'any' },
    expected: {
      out: ['a -10 apple 1 2', 'b -10 beer 4', 'c -10  3', 'a 0 apple apricot 1 2 5', 'b 0 beer 4', 'c 0 cake 3', 'a 10 apricot 5'],
    },
  },
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
  latestCase('joinLatest', 'inner', LATEST),
  latestCase('joinLatest', 'left', [...LATEST, ...MISSED]),
  latestCase('joinBroadcast', 'inner', LATEST),
  latestCase('joinBroadcast', 'left', [...LATEST, ...MISSED]),
  // The brandy comes behind the watermark: it waits for the next one, and no version of its time is there.
  latestCase('joinTemporal', 'inner', ['apricot 1', 'almond 1', 'avocado 4', 'bread 3', 'apple pie 4', 'butter 3', 'anchovy 5']),
  latestCase('joinTemporal', 'left', [
    'apple -',
    'apricot 1',
    'beer -',
    'almond 1',
    'avocado 4',
    'bread 3',
    'apple pie 4',
    'ale -',
    'butter 3',
    'anchovy 5',
    'brandy -',
  ]),
  {
    name: 'lookup',
    build: ({ input }) =>
      input<Order>('orders').lookup(
        'id',
        async (id) => (id === 'b' ? null : id.toUpperCase()),
        ({ item }, name) => `${item} ${name ?? '-'}`,
      ),
    script: [
      order('a', 'apple', 1),
      order('b', 'beer', 2),
      order('a', 'apricot', 3),
      { watermark: 3 },
      order('b', 'bread', 4),
      { end: true },
    ],
    expected: { out: ['apple A', 'beer -', 'apricot A', 'bread -'] },
  },
]
