import { defineJob } from '../../../src/index.ts'
import type { Stream } from '../../../src/index.ts'

/** Its source ends at once; then come as many rows of 1 KiB as there are keys. */
export default defineJob<{ keys: number }, { rows: Stream<{ key: string; sum: number }> }>(import.meta, {
  build: ({ source, config: { keys } }) => ({
    rows: source
      .generate('numbers', { count: keys, make: (n) => ({ key: String(n).padEnd(1024, '.'), n }) })
      .keyBy('key')
      .sum('n')
      .toStream({ emit: 'final' }),
  }),
})
