import { defineJob, list, map, recordsOf, value } from '../../../src/index.ts'

export interface Config {
  readonly count: number
  /** Row at which the first attempt throws, or -1. */
  readonly failAt: number
}

export interface Person {
  readonly id: number
  readonly name: string
}

export interface Item {
  readonly n: number
  readonly seller: number
}

export interface Sale {
  readonly n: number
  readonly name: string
}

let failed = false

/** A new run plans its failure anew. */
export function forgetFailure(): void {
  failed = false
}

/** An incremental join of two streams, whichever side comes first; items marked by rules that are broadcast; prices asked by orders. */
export const job = defineJob<Config>(import.meta, {
  build: ({ source, config: { count, failAt } }) => {
    const items = source.generate('items', {
      count,
      make: (n): Item => {
        if (n === failAt && !failed) {
          failed = true
          throw new Error('the planned failure')
        }
        return { n, seller: n % 50 }
      },
    })
    const persons = source.generate('persons', { count: 50, make: (id): Person => ({ id, name: `person ${id}` }) })

    const sales = items
      .keyBy('seller')
      .connect(persons.keyBy('id'))
      .process(
        {
          state: { person: value<Person>(), waiting: list<Item>() },
          emits: recordsOf<Sale>(),
          onFirst(item, ctx) {
            const person = ctx.state.person.get()
            if (person === undefined) ctx.state.waiting.add(item)
            else ctx.emit({ n: item.n, name: person.name })
          },
          onSecond(person, ctx) {
            ctx.state.person.set(person)
            for (const { n } of ctx.state.waiting) ctx.emit({ n, name: person.name })
            ctx.state.waiting.clear()
          },
        },
        { name: 'join' },
      )

    const rules = source.generate('rules', { count: 50, make: (id) => ({ id, label: `rule ${id}` }) })
    const labels = items
      .keyBy('n')
      .connectBroadcast(rules)
      .process(
        {
          broadcast: { rules: map<number, string>() },
          state: { waits: value<Item>() },
          emits: recordsOf<Sale>(),
          onRecord(item, ctx) {
            const label = ctx.broadcast.rules.get(item.seller)
            if (label !== undefined) return ctx.emit({ n: item.n, name: label })
            ctx.state.waits.set(item)
            ctx.timers.processing.set(ctx.nowMs + 1)
          },
          onBroadcast({ id, label }, ctx) {
            ctx.broadcast.rules.set(id, label)
          },
          onTimer(_time, ctx) {
            const item = ctx.state.waits.get()!
            const label = ctx.broadcast.rules.get(item.seller)
            if (label === undefined) return ctx.timers.processing.set(ctx.nowMs + 1)
            ctx.state.waits.clear()
            ctx.emit({ n: item.n, name: label })
          },
        },
        { name: 'labels' },
      )

    // Its first input is described before the streams that ask it.
    const last = persons.keyBy('id').updateState('last', value<string>({ default: 'nobody' }), ({ name }, state) => state.set(name), {
      name: 'names',
    })
    const asked = items
      .map((item) => item)
      .keyBy('seller')
      .queryState(last, ({ n }, state) => ({ n, name: state.get() }))
    const others = items.keyBy((item) => 99 - item.seller).queryState(last, ({ n }, state) => ({ n, name: state.get() }))
    return { sales, labels, passed: last, asked, others }
  },
})

export default job
