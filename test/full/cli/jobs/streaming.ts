import { defineJob, sink } from '../../../../src/index.ts'

/** Writes more than a pipe holds to a worker's `process.stdout`. */
export default defineJob(import.meta, {
  build: ({ source }) => {
    const numbers = source.generate('numbers', { count: Infinity, make: (n) => ({ n, text: 'x'.repeat(100) }) })
    numbers.to(sink.nodeStream(() => process.stdout, { format: 'jsonLines' }))
    return {}
  },
})
