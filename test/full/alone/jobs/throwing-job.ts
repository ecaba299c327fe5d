import { defineJob, recordsOf, value, window as windows } from '../../../../src/index.ts'

export interface ThrowingConfig {
  readonly count: number
  readonly keys: number
  readonly rowsPerSecond: number
  /** Int32, by function: 1 orders it to throw at its next call, 2: it has. Behind those, by function: times that it has thrown. */
  readonly orders: SharedArrayBuffer
}

/** Functions that throw when they are told to. */
export const THROWING = ['process', 'scan', 'window'] as const

interface Row {
  readonly key: number
  readonly n: number
}

/** Numbers records by key in three ways; what comes out says which were counted, and how often. */
export default defineJob<ThrowingConfig, Record<'seen' | 'sums' | 'windows', never>>(import.meta, {
  build: ({ source, config }) => {
    const { count, keys, rowsPerSecond } = config
    const orders = new Int32Array(config.orders)
    const mayThrow = (which: (typeof THROWING)[number]): void => {
      const at = THROWING.indexOf(which)
      if (Atomics.load(orders, at) !== 1 || Atomics.compareExchange(orders, at, 1, 2) !== 1) return
      Atomics.add(orders, THROWING.length + at, 1)
      throw new Error('planned')
    }
    const rows = source.generate<Row>('rows', { count, rowsPerSecond, make: (n) => ({ key: n % keys, n }), eventTime: ({ n }) => n })
    const seen = rows.keyBy('key').process({
      state: { count: value<number>() },
      emits: recordsOf<Row & { count: number }>(),
      onRecord({ key, n }, { state, emit }) {
        const seenBefore = state.count.get() ?? 0
        state.count.set(seenBefore + 1)
        emit({ key, n, count: seenBefore })
        mayThrow('process')
      },
    })
    const sums = rows.keyBy('key').scan(
      () => ({ key: -1, sum: 0, n: -1 }),
      (state, { key, n }) => {
        mayThrow('scan')
        return { key, sum: state.sum + n, n }
      },
    )
    const counted = rows
      .keyBy('key')
      .window(windows.tumbling({ sizeMs: 1000 }))
      .process<{ key: number; start: number; ns: number }>((records, { key, window: { start } }, emit) => {
        mayThrow('window')
        emit({ key: key as number, start, ns: records.length })
      })
    return { seen, sums, windows: counted } as never
  },
})
