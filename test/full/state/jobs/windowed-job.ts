/** Windows and a join whose rows do not fit into their caches. The time of a row is its number: a key comes every `keys` ms. */
import { defineJob, window } from '../../../../src/index.ts'

export interface WindowedConfig {
  readonly keys: number
  readonly rounds: number
  readonly rowsPerSecond: number
}

/** Rounds that a window has. */
export const WINDOW_ROUNDS = 4

export default defineJob<WindowedConfig>(import.meta, {
  build: ({ source, config: { keys, rounds, rowsPerSecond } }) => {
    const rows = source
      .generate('rows', { count: keys * rounds, rowsPerSecond, make: (n) => ({ n, key: n % keys }), eventTime: ({ n }) => n })
      .keyBy('key')
    const windows = rows.window(window.tumbling({ sizeMs: WINDOW_ROUNDS * keys }))
    return {
      lists: windows.process<string>((records, { key, window: { start } }, emit) =>
        emit(
          `${key} ${start} ${records
            .map(({ n }) => n)
            .sort((a, b) => a - b)
            .join()}`,
        ),
      ),
      sums: windows.aggregate((a) => ({ sum: a.sum('n') })).map(({ key, windowStart, sum }) => `${key} ${windowStart} ${sum}`),
      pairs: rows.intervalJoin(rows, { lowerMs: keys, upperMs: keys }, (left, right) => `${left.n} ${right.n}`),
    }
  },
})
