import { defineJob } from '../../../src/index.ts'
import type { Outlets } from '../../../src/index.ts'

/** Splits that may differ from launch to launch. */
export default defineJob<{ splits: number; paths: string[] }, Outlets>(import.meta, {
  build: ({ source, config: { splits, paths } }) => {
    const rows = source.generate('rows', { count: Infinity, splits, make: (n) => n })
    const lines = source.lines('lines', { path: paths, parallelism: 2 })
    return { counted: rows.union(lines.map((line) => line.length)).aggregate((a) => ({ records: a.count() })) }
  },
})
