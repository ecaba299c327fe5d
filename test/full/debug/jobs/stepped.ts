import { defineJob } from '../../../../src/index.ts'

/** An endless job with a line to stop at. */
export default defineJob(import.meta, {
  build: ({ source, sink }) => {
    source
      .generate('numbers', { count: Infinity, make: (n) => n })
      .map((n) => {
        const doubled = n * 2 // breakpoint
        return doubled
      })
      .to(sink.forEach(() => {}))
  },
})
