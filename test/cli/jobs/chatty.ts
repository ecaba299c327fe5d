import { defineJob } from '../../../src/index.ts'

/** One outlet with more to say than a pipe holds. */
export default defineJob(import.meta, {
  build: ({ source }) => ({ numbers: source.generate('numbers', { count: Infinity, make: (n) => ({ n, text: 'x'.repeat(100) }) }) }),
})
