import { defineJob } from '../../../src/index.ts'

const nothing = new Int32Array(new SharedArrayBuffer(4))

/** Two seconds of records, at an even rate. */
export default defineJob(import.meta, {
  build: ({ source, sink }) => {
    const make = (n: number): { readonly n: number } => {
      if (n % 16 === 0) Atomics.wait(nothing, 0, 0, 1)
      return { n }
    }
    source.generate('numbers', { count: 28_000, make }).to(sink.forEach(() => {}))
  },
})
