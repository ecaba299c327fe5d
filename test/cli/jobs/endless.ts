import { defineJob } from '../../../src/index.ts'

/** Numbers without end, counted when the input is drained. */
export default defineJob(import.meta, {
  build: ({ source }) => {
    const numbers = source.generate('numbers', { count: Infinity, make: (n) => ({ parity: n % 2 }) })
    return {
      counts: numbers
        .keyBy('parity')
        .aggregate((a) => ({ count: a.count() }), { name: 'counts' })
        .toStream({ emit: 'final' }),
    }
  },
})
