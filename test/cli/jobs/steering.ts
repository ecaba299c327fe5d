import { defineJob } from '../../../src/index.ts'

/** The words of its error would steer a terminal. */
export default defineJob(import.meta, {
  build: ({ source }) => {
    const fail = (n: number): number => {
      throw new Error(`\u001b]0;owned\u0007\u009b2J by ${n}`)
    }
    return { numbers: source.generate('numbers', { count: 1, make: (n) => n }).map(fail) }
  },
})
