import { defineJob, sink } from '../../../../src/index.ts'
import { killer } from '../../../sinks/jobs/killer.ts'

export interface NewestConfig {
  readonly count: number
  readonly path: string
  /** Ends the worker's thread, or kills the process, once, when the last checkpoint is complete; leaves a file as a mark. */
  readonly marker?: string
  /** Pause of the source after every 1,000 rows. */
  readonly pauseMs?: number
}

export const KEYS = 1_000

export interface Newest {
  readonly key: number
  readonly n: number
}

/** Numbers in their order; the table has the newest of each key. */
export default defineJob<NewestConfig, {}>(import.meta, {
  name: 'newest',
  build: ({ source, config }) => {
    const { count, path, marker, pauseMs = 0 } = config
    const clock = new Int32Array(new SharedArrayBuffer(4))
    const rows = source.generate('rows', {
      count,
      splits: 1,
      make: (n): Newest => {
        if (pauseMs > 0 && n % 1000 === 999) Atomics.wait(clock, 0, 0, pauseMs)
        return { key: n % KEYS, n }
      },
    })
    if (marker !== undefined) rows.to(killer(marker), { name: 'killer' })
    rows.to(sink.table({ path, key: 'key' }), { name: 'table' })
    return {}
  },
})
