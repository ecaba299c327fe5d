import { defineJob, type Stream } from '../../src/index.ts'

interface Row {
  readonly n: number
}

/** A source and so many operators behind it in one chain. */
export default defineJob<{ readonly count: number; readonly operators: number }>(import.meta, {
  build: ({ source, config: { count, operators } }) => {
    let rows: Stream<Row> = source.generate('rows', { count, make: (n): Row => ({ n }) })
    for (let i = 0; i < operators; i++) rows = rows.map(({ n }) => ({ n: n + 1 }))
    return { none: rows.filter(({ n }) => n < 0) }
  },
})
