import { defineJob } from '../../src/index.ts'
import { draw, fieldSeed, recordSeed } from '../workloads/hash.ts'

const DRAW_KEY = fieldSeed(40)

/** Sums of records of random keys; what changed is emitted now and then. */
export default defineJob<{ readonly count: number; readonly keys: number }>(import.meta, {
  build: ({ source, config: { count, keys } }) => {
    const make = (n: number): { key: number; value: number } => ({ key: draw(recordSeed(n) + DRAW_KEY) % keys, value: n & 1023 })
    const changes = source.generate('rows', { count, make }).keyBy('key').sum('value', { name: 'sum' }).toStream({ emit: 'changes' })
    return { none: changes.filter(() => false) }
  },
})
