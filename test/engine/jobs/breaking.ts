import { existsSync, writeFileSync } from 'node:fs'
import { defineJob } from '../../../src/index.ts'

export interface BreakingConfig {
  readonly how: 'throw' | 'reject' | 'unhandled' | 'uncaught' | 'exit' | 'heap' | 'loop'
  readonly marker: string
}

/** At a record in the middle, once, the actor or its thread breaks in the way that it is told. */
export default defineJob<BreakingConfig, Record<never, never>>(import.meta, {
  build: ({ source, config: { how, marker } }) => {
    const kept: object[] = []
    const breaks: Record<BreakingConfig['how'], () => unknown> = {
      throw: () => {
        throw new RangeError('planned')
      },
      reject: () => Promise.reject(new RangeError('planned')),
      unhandled: () => void Promise.reject(new RangeError('planned')),
      uncaught: () => void setImmediate(() => breaks.throw()),
      exit: () => process.exit(7),
      heap: () => {
        for (;;) kept.push({ text: [kept.length] })
      },
      loop: () => {
        for (;;);
      },
    }
    const sums = source
      .generate('rows', { count: 20_000, rowsPerSecond: 40_000, make: (n) => ({ n, key: n % 10 }) })
      .mapAsync(async (row) => {
        if (row.n === 10_000 && !existsSync(marker)) {
          writeFileSync(marker, '')
          await breaks[how]()
        }
        return row
      })
      .keyBy('key')
      .sum('n')
      .toStream({ emit: 'final' })
    return { sums }
  },
})
