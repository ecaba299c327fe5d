import { defineJob, window } from '../../../src/index.ts'

export const KEYS = 40
export const COUNT = KEYS * 60
const SIZE_MS = 80
export const WINDOWS = (KEYS * COUNT) / SIZE_MS

/** The call of the reducer that throws, counted over all instances of this process; NaN: it has thrown. */
export const reducing = { calls: 0, throwAt: NaN }

/** The last record of each key and window; more windows fire at once than a batch takes. */
export default defineJob(import.meta, {
  build: ({ source }) => ({
    last: source
      .generate('rows', { count: COUNT, make: (n) => ({ key: `k${(n * 17) % KEYS}`, n }), eventTime: ({ n }) => n })
      .keyBy('key')
      .window(window.tumbling({ sizeMs: SIZE_MS }))
      .reduce((_, record) => {
        if (++reducing.calls === reducing.throwAt) throw new Error('planned')
        return record
      }),
  }),
})
