import { aggregating, defineJob, inlet, list, map, recordsOf, reducing, value } from '../../../src/index.ts'

export interface Visit {
  readonly user: string
  readonly page: string
  readonly n: number
}

let failed = false

/** All kinds of state, to be asked for from outside. A visit of the page `crash` throws once in each thread. */
export default defineJob(import.meta, {
  name: 'visits',
  inlets: { visits: inlet<Visit>() },
  build: ({ inlets }) => {
    const seen = inlets.visits.keyBy('user').process(
      {
        state: {
          last: value<Visit>(),
          count: value<number>({ default: 0 }),
          pages: list<string>(),
          perPage: map<string, number>(),
          sum: reducing<number>((a, b) => a + b),
          mean: aggregating({
            create: () => ({ sum: 0, count: 0 }),
            add: (acc, n: number) => ({ sum: acc.sum + n, count: acc.count + 1 }),
            result: ({ sum, count }) => sum / count,
          }),
          fleeting: value<number>({ ttl: { ms: 1 } }),
        },
        emits: recordsOf<number>(),
        onRecord(visit, ctx) {
          const { state } = ctx
          state.last.set(visit)
          state.count.update((count) => count + 1)
          state.pages.add(visit.page)
          state.perPage.set(visit.page, (state.perPage.get(visit.page) ?? 0) + 1)
          state.sum.add(visit.n)
          state.mean.add(visit.n)
          state.fleeting.set(visit.n)
          if (visit.page === 'crash' && !failed) {
            failed = true
            throw new Error('the planned failure')
          }
          ctx.emit(visit.n)
        },
      },
      { name: 'users' },
    )
    return { seen }
  },
})
