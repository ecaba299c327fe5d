import { defineJob, sink } from '../../../src/index.ts'

/** Counts by word, as a table on standard output. */
export default defineJob<{ readonly count: number; readonly rows?: number }, {}>(import.meta, {
  build: ({ source, config }) => {
    const words = ['plain', '日本語', '👩‍👩‍👧 family', 'é', 'tab\there']
    const counts = source
      .generate('words', { count: config.count, splits: 1, parallelism: 1, make: (n) => words[n % words.length]! })
      .keyBy((word) => word)
      .count()
      .toStream({ emit: 'changes' })
    counts.to(sink.consoleTable({ everyMs: 20, ...(config.rows !== undefined && { rows: config.rows }) }))
    return {}
  },
})
