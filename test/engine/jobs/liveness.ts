import { threadRole } from '../../../src/core/thread-role.ts'
import { defineJob, sink } from '../../../src/index.ts'
import type { Outlets } from '../../../src/index.ts'

export interface LivenessConfig {
  readonly from: 'generate' | 'inlet'
  /** Words that the job counts in: records that reached the sink, then ticks of each worker's interval of 50 ms. */
  readonly counters: SharedArrayBuffer
  /** The sink takes this long for each batch of 100 records. */
  readonly slowMs?: number
  /** Keep the text of every 1,024th record. */
  readonly keeps?: boolean
  readonly count?: number
}

export const RECORDS = 0
export const FIRST_TICK = 1
export const COUNTER_BYTES = 64

export interface Row {
  readonly n: number
  readonly text: string
}

/** What the user keeps; lives as long as the thread. */
const kept: string[] = []
let ticking = false

function startTicking(counters: Int32Array): void {
  if (ticking || threadRole()?.role !== 'worker') return
  ticking = true
  const mine = Atomics.add(counters, COUNTER_BYTES / 4 - 1, 1)
  setInterval(() => Atomics.add(counters, FIRST_TICK + mine, 1), 50).unref()
}

/** Counts what comes through, beside an interval of the user's own on every worker. */
export default defineJob<LivenessConfig, Outlets>(import.meta, {
  build: ({ source, inlet, config }): Outlets => {
    const { from, slowMs = 0, keeps = false, count = Infinity } = config
    const counters = new Int32Array(config.counters)
    startTicking(counters)
    const make = (n: number): Row => ({ n, text: `the text of record ${n}, long enough to be of some weight` })
    const rows = from === 'inlet' ? inlet<Row>('rows') : source.generate('rows', { count, make })
    rows
      .map((row) => row)
      .to(
        sink.forEach((row) => {
          const seen = Atomics.add(counters, RECORDS, 1)
          if (keeps && row.n % 1024 === 0) kept.push(row.text)
          if (slowMs > 0 && seen % 100 === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, slowMs)
        }),
        { name: 'sink', parallelism: 1 },
      )
    return {}
  },
})
