import { readFileSync, writeFileSync } from 'node:fs'
import { defineJob } from '../../../../src/index.ts'

export interface Row {
  readonly id: number
  readonly key: number
}

export interface Config {
  readonly keys: number
  /** Rows that the job makes, and of each second; without them they come from the inlet "rows". */
  readonly made?: { readonly count: number; readonly perSecond: number }
  /** The thread that has this row ends, once, and closes the barrier. */
  readonly dieAt?: number
  /** A file that says 'open' or 'closed': while it is closed no thread can load the job. */
  readonly barrier?: string
}

/** Counts by key, a record at a time, on all workers. */
export default defineJob<Config>(import.meta, {
  build: ({ source, inlet, config: { keys, made, dieAt, barrier } }) => {
    const says = (what: string): boolean => barrier !== undefined && readFileSync(barrier, 'utf8') === what
    if (says('closed')) throw new Error('no thread comes up')
    const rows =
      made === undefined
        ? inlet<Row>('rows')
        : source.generate('made', {
            count: made.count,
            splits: 4,
            rowsPerSecond: made.perSecond,
            make: (id): Row => ({ id, key: id % keys }),
          })
    const steps = rows.keyBy('key').scan(
      () => ({ key: -1, n: 0 }),
      (state, { id, key }) => {
        if (id === dieAt && says('open')) {
          writeFileSync(barrier!, 'closed')
          process.exit(7)
        }
        return { key, n: state.n + 1 }
      },
      { name: 'steps' },
    )
    return { steps }
  },
})
