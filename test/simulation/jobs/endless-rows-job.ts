import { defineJob } from '../../../src/index.ts'
import type { Stream } from '../../../src/index.ts'

/** Numbers, without end. */
export default defineJob<unknown, { rows: Stream<number> }>(import.meta, {
  build: ({ source }) => ({ rows: source.generate('rows', { count: Infinity, splits: 3, make: (n) => n }).filter((n) => n % 7 !== 0) }),
})
