/** A count by key and window: a row of state for each key of a window, read and written for each record, or for what a combiner has made of several. */
import { defineJob, window } from '../../src/index.ts'
import { keyOf } from './keyed-counts.ts'

interface Config {
  readonly records: number
  readonly keys: number
  /** False: each record goes to its window, as with a trigger or lateness. */
  readonly combines: boolean
}

/** Records of a window. */
const WINDOW_RECORDS = 500_000

export default defineJob<Config>(import.meta, {
  build: ({ source, config: { records, keys, combines } }) => {
    const windows = source
      .generate('rows', {
        count: records,
        make: (row) => ({ key: keyOf(row, keys), at: row }),
        eventTime: ({ at }) => at,
        disorderMs: WINDOW_RECORDS,
      })
      .keyBy('key')
      .window(window.tumbling({ sizeMs: WINDOW_RECORDS }), combines ? {} : { allowedLatenessMs: 1 })
    const counts = windows.aggregate((a) => ({ n: a.count() }), { name: 'counts' }).filter(() => false)
    return { counts }
  },
})
