import { existsSync, writeFileSync, writeSync } from 'node:fs'
import { defineJob, sink } from '../../../src/index.ts'
import { killer } from './killer.ts'

export interface RollingConfig {
  readonly count: number
  readonly dir: string
  /** Ends the worker's thread once, at this row, and leaves a file as a mark. */
  readonly exitAt?: number
  /** Kills the process once, when everything has ended and the last checkpoint is complete, and leaves a file as a mark. */
  readonly killsAtEnd?: boolean
  readonly marker?: string
  /** Pause of a source after every 1,000 rows. */
  readonly pauseMs?: number
}

/** Rows into part files of several folders: plain ones, and zipped ones. Says so on standard output when it makes row 0. */
export default defineJob<RollingConfig, {}>(import.meta, {
  build: ({ source, config }) => {
    const { count, dir, exitAt = -1, killsAtEnd = false, marker = '', pauseMs = 0 } = config
    const clock = new Int32Array(new SharedArrayBuffer(4))
    const rows = source.generate('rows', {
      count,
      splits: 6,
      make: (n) => {
        if (n === 0) writeSync(1, 'began\n')
        if (pauseMs > 0 && n % 1000 === 999) Atomics.wait(clock, 0, 0, pauseMs)
        if (n === exitAt && !existsSync(marker)) {
          writeFileSync(marker, '')
          process.exit(7)
        }
        return { n, third: n % 3 }
      },
    })
    const partition = ({ third }: { readonly third: number }): string => `third=${third}`
    if (killsAtEnd) rows.to(killer(marker), { name: 'killer' })
    rows.to(sink.files({ dir: `${dir}/plain`, format: 'jsonLines', roll: { records: 5_000 }, partition }), { name: 'plain' })
    rows.to(sink.files({ dir: `${dir}/zipped`, format: 'jsonLines', roll: { bytes: 60_000, everyMs: 30 }, compress: 'gzip' }), {
      name: 'zipped',
    })
    return {}
  },
})
