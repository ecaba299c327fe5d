import { defineJob } from '../../../src/index.ts'
import './launches-by-way-of.ts'

export default defineJob(import.meta, { build: ({ source }) => ({ rows: source.generate('rows', { count: 10, make: (n) => n }) }) })
