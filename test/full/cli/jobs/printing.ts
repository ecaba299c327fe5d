import { defineJob, sink } from '../../../../src/index.ts'

/** Prints more than a pipe holds, from a worker. */
export default defineJob(import.meta, {
  build: ({ source }) => {
    source.generate('numbers', { count: Infinity, make: (n) => ({ n, text: 'x'.repeat(100) }) }).to(sink.console())
    return {}
  },
})
