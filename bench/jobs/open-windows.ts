import { defineJob, window } from '../../src/index.ts'

export interface OpenWindowsConfig {
  readonly count: number
  readonly keys: number
  /** Of each key at a time: windows of so many slides. */
  readonly open: number
  /** Of the slides. */
  readonly slideMs: number
  /** 'panes': counts, which windows share. 'lists': each window has what it needs for itself. */
  readonly kind: 'panes' | 'lists'
  /** Default: as many as the workers can. */
  readonly rowsPerSecond?: number
}

/** Counts by key in sliding windows; 1,000 rows are a millisecond. */
export default defineJob<OpenWindowsConfig>(import.meta, {
  build: ({ source, config: { count, keys, open, slideMs, kind, rowsPerSecond } }) => {
    const counts = source
      .generate('rows', {
        count,
        make: (n) => ({ key: n % keys, at: Math.floor(n / 1000) }),
        eventTime: ({ at }) => at,
        ...(rowsPerSecond !== undefined && { rowsPerSecond }),
      })
      .keyBy('key')
      .window(window.sliding({ sizeMs: open * slideMs, slideMs }), kind === 'panes' ? {} : { allowedLatenessMs: 1 })
      .aggregate((a) => ({ n: a.count() }), { name: 'counts' })
    return { none: counts.filter(() => false) }
  },
})
