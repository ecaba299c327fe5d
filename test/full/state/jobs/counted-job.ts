/** Counts the records of each key in several states; the record with which a key has all of its own tells the counts, and every one that comes after it. */
import { defineJob, list, map, recordsOf, value } from '../../../../src/index.ts'

export interface CountedConfig {
  readonly keys: number
  readonly rounds: number
  readonly rowsPerSecond: number
}

export interface Counted {
  readonly key: number
  readonly count: number
  readonly inList: number
  readonly inMap: number
  readonly scanned: number
}

export default defineJob<CountedConfig>(import.meta, {
  build: ({ source, config: { keys, rounds, rowsPerSecond } }) => {
    const counted = source
      .generate('rows', { count: keys * rounds, rowsPerSecond, make: (n) => ({ n, key: n % keys }) })
      .keyBy('key')
      .scan(
        () => ({ n: 0, key: 0, scanned: 0 }),
        ({ scanned }, { n, key }) => ({ n, key, scanned: scanned + 1 }),
        { name: 'scanned' },
      )
      .keyBy('key')
      .process(
        {
          state: { count: value<number>({ default: 0 }), rows: list<number>(), byRest: map<number, number>() },
          emits: recordsOf<Counted>(),
          onRecord({ n, key, scanned }, { state, emit }) {
            state.count.set(state.count.get() + 1)
            if (n % 10 < 3) state.rows.add(n)
            state.byRest.set(n % 7, (state.byRest.get(n % 7) ?? 0) + 1)
            // Records of a key come out of several splits, in no order among them.
            if (state.count.get() < rounds) return
            const inMap = [...state.byRest.values()].reduce((sum, each) => sum + each, 0)
            emit({ key, count: state.count.get(), inList: new Set(state.rows).size, inMap, scanned })
          },
        },
        { name: 'counted' },
      )
    return { counted }
  },
})
