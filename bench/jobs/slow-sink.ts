import { defineJob } from '../../src/index.ts'

/** A source that could make a million records a second, and a sink that takes ten thousand. */
export default defineJob(import.meta, {
  build: ({ source, sink }) => {
    const rows = source.generate('rows', { count: Infinity, make: (n: number) => ({ n, text: `row number ${n} with some text in it` }) })
    rows.to(
      sink.forEach(() => {
        const untilMs = performance.now() + 0.1
        while (performance.now() < untilMs);
      }),
      { name: 'slow', parallelism: 1 },
    )
  },
})
