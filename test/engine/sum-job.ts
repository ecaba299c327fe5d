import { defineJob } from '../../src/index.ts'

interface Reading {
  key: number
  value: number
}

export default defineJob<{ count: number }, never>(import.meta, {
  build: ({ source, config }) => {
    const sums = source
      .generate<Reading>('readings', { count: config.count, make: (n) => ({ key: n % 100, value: n % 7 }) })
      .keyBy('key')
      .sum('value')
      .toStream({ emit: 'final' })
    return { sums } as never
  },
})
