import { existsSync, writeFileSync } from 'node:fs'
import { defineJob, sink } from '../../../src/index.ts'
import type { Outlets } from '../../../src/index.ts'

export type Place = 'source' | 'map' | 'scan' | 'flatMap' | 'add' | 'sink' | 'none'

export interface ExactConfig {
  readonly count: number
  /** Folder of the result files. */
  readonly dir: string
  /** Fails once, at the record `crashAt` in `place`, and leaves a file as a mark. */
  readonly place?: Place
  readonly crashAt?: number
  readonly how?: 'throw' | 'exit'
  /** Pause of a source after every 1,000 rows. */
  readonly pauseMs?: number
}

export const KEYS = 50
export const WORDS = 20

interface Row {
  readonly n: number
  readonly key: number
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

/** Steps by key in a file, sums by key and counts by word in others; crashes once where it is told to. */
export default defineJob<ExactConfig, Outlets>(import.meta, {
  build: ({ source, config }): Outlets => {
    const { count, dir, place = 'none', crashAt = -1, how = 'throw', pauseMs = 0 } = config
    const marker = `${dir}/crashed`
    const at = <T>(here: Place, n: number, value: T): T => {
      if (here !== place || n !== crashAt || existsSync(marker)) return value
      writeFileSync(marker, '')
      if (how === 'exit') process.exit(4)
      throw new Error('planned')
    }
    const make = (n: number): Row => {
      if (pauseMs > 0 && n % 1000 === 999) pause(pauseMs)
      return at('source', n, { n, key: n % KEYS })
    }
    const rows = source.generate('rows', { count, make, splits: 8 }).map((row) => at('map', row.n, row))
    const steps = rows.keyBy('key').scan(
      () => ({ key: -1, n: -1, step: 0, sum: 0 }),
      (state, row) => at('scan', row.n, { key: row.key, n: row.n, step: state.step + 1, sum: state.sum + row.n }),
      { name: 'steps' },
    )
    steps
      .map((step) => at('sink', step.n, `${step.key} ${step.step} ${step.sum}`))
      .to(sink.file({ path: `${dir}/steps.txt`, format: 'lines' }), { name: 'steps-file' })
    const total = {
      create: () => ({ rows: 0, sum: 0 }),
      add: (acc: { rows: number; sum: number }, row: Row) => at('add', row.n, { rows: acc.rows + 1, sum: acc.sum + row.n }),
      merge: (a: { rows: number; sum: number }, b: { rows: number; sum: number }) => ({ rows: a.rows + b.rows, sum: a.sum + b.sum }),
      result: (acc: { rows: number; sum: number }) => acc,
    }
    rows
      .keyBy('key')
      .aggregate((a) => ({ n: a.count(), sum: a.sum('n'), max: a.max('n'), total: a.custom(total) }), { name: 'sums' })
      .toStream({ emit: 'final' })
      .to(sink.file({ path: `${dir}/sums.jsonl`, format: 'jsonLines' }), { name: 'sums-file' })
    rows
      .flatMap((row) => at('flatMap', row.n, [`w${row.n % WORDS}`, 'all']))
      .keyBy((word) => word)
      .count({ name: 'words' })
      .toStream({ emit: 'final' })
      .to(sink.file({ path: `${dir}/words.csv`, format: 'csv' }), { name: 'words-file' })
    return {}
  },
})
