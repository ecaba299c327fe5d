import { defineJob, list, recordsOf, value } from '../../src/index.ts'
import { makeEvent } from '../workloads/events.ts'
import { hashLocalItemRow } from '../workloads/rows.ts'
import type { LocalItemRow } from '../workloads/rows.ts'
import { spanOf } from '../workloads/span.ts'
import { spanConfig } from './config.ts'
import { timed } from './made-clock.ts'
import { rowCheck } from './row-check.ts'

type Local = Omit<LocalItemRow, 'auction'>

/** q3: auctions of category 10 beside their seller, where that is a person of OR, ID or CA; whichever of the two comes first waits. */
export default defineJob(import.meta, {
  name: 'q3',
  config: spanConfig,
  build: ({ source, config }) => {
    const { first, count } = spanOf(config.seed, config.count)
    const make = timed(first, makeEvent)
    const { person, auction } = source.generate('events', { count, make, eventTime: (event) => event.ts }).switchOn('kind')
    const persons = person
      .filter(({ state }) => state === 'OR' || state === 'ID' || state === 'CA')
      .map(({ id, name, city, state }) => ({ id, name, city, state }))
    const result = auction
      .filter(({ category }) => category === 10)
      .map(({ id, seller }) => ({ id, seller }))
      .keyBy('seller')
      .connect(persons.keyBy('id'))
      .process(
        {
          state: { person: value<Local>(), waiting: list<number>() },
          emits: recordsOf<LocalItemRow>(),
          onFirst({ id }, ctx) {
            const seller = ctx.state.person.get()
            if (seller === undefined) ctx.state.waiting.add(id)
            else ctx.emit({ name: seller.name, city: seller.city, state: seller.state, auction: id })
          },
          onSecond({ name, city, state }, ctx) {
            ctx.state.person.set({ name, city, state })
            for (const id of ctx.state.waiting) ctx.emit({ name, city, state, auction: id })
            ctx.state.waiting.clear()
          },
        },
        { name: 'join' },
      )
      .aggregate((a) => ({ check: a.custom(rowCheck(hashLocalItemRow)) }), { name: 'check' })
      .toStream({ emit: 'final' })
    return { result }
  },
})
