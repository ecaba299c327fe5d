import { defineJob, window } from '../../src/index.ts'
import { makeEvent } from '../workloads/events.ts'
import { hashNewSellerRow } from '../workloads/rows.ts'
import { spanOf } from '../workloads/span.ts'
import { alignment } from './abreast.ts'
import { spanConfig } from './config.ts'
import { timed } from './made-clock.ts'
import { rowCheck } from './row-check.ts'

/** q8: the persons that come and sell within the same window of 10 s, once per person and window. Only the fields that are read travel. */
export default defineJob(import.meta, {
  name: 'q8',
  config: spanConfig,
  build: ({ source, config }) => {
    const { first, count } = spanOf(config.seed, config.count)
    const make = timed(first, makeEvent)
    const { person, auction } = source.generate('events', { count, make, eventTime: (event) => event.ts, alignment }).switchOn('kind')
    const persons = person.map(({ id, name }) => ({ id, name })).keyBy('id')
    const sellers = auction.map(({ seller }) => ({ seller })).keyBy('seller')
    const result = persons
      .coGroup(sellers, window.tumbling({ sizeMs: 10_000 }))
      .apply(([known], auctions, { start }) => (known === undefined || auctions.length === 0 ? [] : [{ ...known, windowStart: start }]), {
        name: 'new-sellers',
      })
      .aggregate((a) => ({ check: a.custom(rowCheck(hashNewSellerRow)) }), { name: 'check' })
      .toStream({ emit: 'final' })
    return { result }
  },
})
