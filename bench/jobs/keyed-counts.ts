/** A count by key in a keyed actor: as much state as there are keys, read and written for each record. */
import { defineJob, value } from '../../src/index.ts'

interface Config {
  readonly records: number
  readonly keys: number
}

/** Spreads consecutive numbers over all keys. */
export const keyOf = (row: number, keys: number): number => (Math.imul(row, 0x9e3779b1) >>> 0) % keys

export default defineJob<Config>(import.meta, {
  build: ({ source, config: { records, keys } }) => {
    const counts = source
      .generate('rows', { count: records, make: (row) => ({ key: keyOf(row, keys), n: 1 }) })
      .keyBy('key')
      .updateState('count', value<number>({ default: 0 }), ({ n }, count) => count.set(count.get() + n), { name: 'counts' })
      .filter(() => false)
    return { counts }
  },
})
