import { defineJob } from '../../../src/index.ts'

/** A map that throws at its third record, each time. */
export default defineJob(import.meta, {
  build: ({ source, sink }) => {
    source
      .generate('numbers', { count: 10, make: (n) => n })
      .map(
        (n) => {
          if (n === 2) throw new RangeError('two is too much', { cause: new Error('the root of it') })
          return n
        },
        { name: 'picky' },
      )
      .to(sink.forEach(() => {}))
  },
})
