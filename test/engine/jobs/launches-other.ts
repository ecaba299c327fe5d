import { defineJob } from '../../../src/index.ts'

export const other = defineJob(import.meta, { build: ({ source }) => ({ rows: source.generate('rows', { count: 1, make: (n) => n }) }) })
