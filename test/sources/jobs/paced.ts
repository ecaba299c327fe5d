import { defineJob } from '../../../src/index.ts'
import type { Outlets } from '../../../src/index.ts'
import { crashOnce } from './crash-once.ts'

export interface PacedConfig {
  readonly count: number
  readonly rowsPerSecond: number
  readonly parallelism?: number
  readonly splits?: number
  /** Row at which the job fails once; a file that is there after that. */
  readonly crash?: { readonly at: number; readonly marker: string; readonly how: 'throw' | 'exit' }
}

/** Rows at a rate, passed on one by one and summed up. */
export default defineJob<PacedConfig, Outlets>(import.meta, {
  build: ({ source, config: { crash, ...options } }) => {
    const rows = source.generate('rows', { ...options, make: (n) => ({ n }) })
    const passed = rows.map((row) => {
      if (crash?.at === row.n) crashOnce(crash.marker, crash.how)
      return row
    })
    return { passed, total: passed.aggregate((a) => ({ rows: a.count(), sum: a.sum('n') })).toStream({ emit: 'final' }) }
  },
})
