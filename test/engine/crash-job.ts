import { defineJob } from '../../src/index.ts'

/** Throws in its first attempt at record `crashAt`, when it has a marker file to remember that by. */
import { existsSync, writeFileSync } from 'node:fs'

interface Reading {
  key: number
  value: number
}

export default defineJob<{ count: number; crashAt: number; marker: string; how?: 'throw' | 'exit' }, never>(import.meta, {
  build: ({ source, config }) => {
    const sums = source
      .generate<Reading>('readings', { count: config.count, make: (n) => ({ key: n % 1000, value: n % 7 }) })
      .map((reading) => {
        if (reading.value === 3 && reading.key === config.crashAt % 1000 && !existsSync(config.marker)) {
          writeFileSync(config.marker, '')
          if (config.how === 'exit') process.exit(3)
          throw new TypeError('planned')
        }
        return reading
      })
      .keyBy('key')
      .aggregate((a) => ({ n: a.count(), sum: a.sum('value') }))
      .toStream({ emit: 'final' })
    return { sums } as never
  },
})
