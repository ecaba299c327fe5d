/** Cases of the operator kit for actors with two inputs. */
import { type BackendOption, list, map, recordsOf, value } from '../../src/index.ts'
import type { Step } from '../../src/testing/index.ts'
import type { KitCase } from './kit-cases.ts'

interface Sale {
  readonly shop: string
  readonly cents: number
}

interface Rule {
  readonly shop: string
  readonly label: string
}

const sale = (shop: string, cents: number): Step => ({ input: 'sales', record: { shop, cents } })
const rule = (shop: string, label: string): Step => ({ input: 'rules', record: { shop, label } })
const SCRIPT: readonly Step[] = [
  sale('a', 1),
  rule('a', 'A'),
  sale('a', 2),
  sale('b', 3),
  rule('b', 'B'),
  rule('a', 'AA'),
  sale('b', 4),
  sale('a', 5),
  { end: true },
]

/** A cache with room for a few keys. */
const ON_DISK = { type: 'lmdb', cacheBytes: 1024 } as const

const connected = (name: string, backend: BackendOption): KitCase => ({
  name,
  build: ({ input }) =>
    input<Sale>('sales')
      .keyBy('shop')
      .connect(input<Rule>('rules').keyBy('shop'))
      .process(
        {
          state: { label: value<string>(), waiting: list<number>() },
          emits: recordsOf<string>(),
          onFirst({ cents }, ctx) {
            const label = ctx.state.label.get()
            if (label === undefined) ctx.state.waiting.add(cents)
            else ctx.emit(`${label} ${cents}`)
          },
          onSecond({ label }, ctx) {
            ctx.state.label.set(label)
            for (const cents of ctx.state.waiting) ctx.emit(`${label} ${cents}`)
            ctx.state.waiting.clear()
          },
        },
        { backend },
      ),
  script: SCRIPT,
  expected: { out: ['A 1', 'A 2', 'B 3', 'B 4', 'AA 5'] },
})

export const ACTORS_OF_TWO: readonly KitCase[] = [
  connected('process of connected streams', 'memory'),
  connected('process of connected streams, its state on disk', ON_DISK),
  {
    name: 'process beside a broadcast',
    build: ({ input }) =>
      input<Sale>('sales')
        .keyBy('shop')
        .connectBroadcast(input<Rule>('rules'))
        .process({
          broadcast: { labels: map<string, string>() },
          state: { n: value<number>({ default: 0 }) },
          emits: recordsOf<string>(),
          onRecord({ shop, cents }, ctx) {
            ctx.state.n.update((n) => n + 1)
            ctx.emit(`${ctx.state.n.get()} ${ctx.broadcast.labels.get(shop)} ${cents} of ${[...ctx.broadcast.labels.keys()].join()}`)
          },
          onBroadcast({ shop, label }, ctx) {
            ctx.broadcast.labels.set(shop, label)
          },
        }),
    script: SCRIPT,
    expected: { out: ['1 undefined 1 of ', '2 A 2 of a', '1 undefined 3 of a', '2 B 4 of a,b', '3 AA 5 of a,b'] },
  },
  {
    name: 'updateState and queryState',
    build: ({ input }) => {
      const kept = input<Rule>('rules')
        .keyBy('shop')
        .updateState('label', value<string>({ default: '?' }), ({ label }, state) => state.set(label))
      return {
        kept: kept.map(({ label }) => label),
        out: input<Sale>('sales')
          .keyBy('shop')
          .queryState(kept, ({ cents }, state) => `${state.get()} ${cents}`),
      }
    },
    script: SCRIPT,
    expected: { out: ['? 1', 'A 2', '? 3', 'B 4', 'AA 5'], kept: ['A', 'B', 'AA'] },
  },
  {
    name: 'withCheckpointing',
    build: ({ input }) =>
      input<Sale>('sales')
        .withCheckpointing({
          trigger: ({ cents }, { request }) => {
            if (cents % 2 === 0) request()
          },
        })
        .map(({ cents }) => cents),
    script: [sale('a', 1), sale('a', 2), sale('b', 3), sale('b', 4), sale('a', 5), { end: true }],
    expected: { out: [1, 2, 3, 4, 5] },
  },
]
