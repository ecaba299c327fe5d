import { defineJob, type Stream } from '../../src/index.ts'

interface Row {
  readonly n: number
}

/** What the newest record was: so that each is really made. */
const kept: { row: Row | null } = { row: null }

/** A source and so many operators behind it in one chain. */
export default defineJob<{ readonly count: number; readonly operators: number }>(import.meta, {
  build: ({ source, config: { count, operators } }) => {
    let rows: Stream<Row> = source.generate('rows', { count, make: (n): Row => ({ n }) })
    for (let i = 0; i < operators; i++) rows = rows.map(({ n }) => ({ n: n + 1 }))
    return { none: rows.tap((row) => void (kept.row = row)).filter(() => false) }
  },
})
