import { defineJob, sink, window } from '../../../src/index.ts'
import type { Outlets } from '../../../src/index.ts'
import { setClock } from '../../faults/jumping-clock.ts'

export interface PatientConfig {
  readonly count: number
  /** Of part files. */
  readonly dir: string
  /** Some calls take so long; 0: no call waits for the event loop, whose moments no seed decides. */
  readonly callMs: number
  /** When this row is to be called for again, nothing else being left to do, the wall clock is set an hour back. */
  readonly setsBackAt?: number
}

export interface Called {
  readonly n: number
  readonly attempt: number
}

const ROWS_PER_SECOND = 200
const ROLL_MS = 50
/** So far is one of the two sources ahead of the other. */
const AHEAD_MS = 60_000
/** Long beside pauses of a busy machine or a simulated one, short beside an hour. */
const PATIENCE_MS = 120_000

/** Whatever waits for so much time to go by: calls that may take so long, calls that are made again after a pause, inputs that may be idle, files that roll. */
export default defineJob<PatientConfig, Outlets>(import.meta, {
  build: ({ source, config: { count, dir, callMs, setsBackAt } }) => {
    const rows = [0, 1].map((of) =>
      source.generate(`rows-${of}`, {
        count: count / 2,
        splits: 1,
        rowsPerSecond: ROWS_PER_SECOND / 2,
        make: (row) => ({ n: 2 * row + of, at: row + of * AHEAD_MS }),
        eventTime: ({ at }) => at,
        idleAfterMs: PATIENCE_MS,
      }),
    )
    const called = rows[0]!.union(rows[1]!).mapAsync(
      async (row, { attempt }) => {
        if (row.n === setsBackAt && attempt === 1) setTimeout(() => setClock(-3_600_000), 300)
        if (row.n % 10 === 0 && attempt === 1) throw new Error('made again')
        if (callMs > 0 && row.n % 3 === 0) await new Promise((resolve) => setTimeout(resolve, callMs))
        return { ...row, attempt }
      },
      { timeoutMs: PATIENCE_MS, retry: { attempts: 2, minMs: setsBackAt === undefined ? 10 : 1_500 } },
    )
    const { results, late } = called
      .keyBy(({ n }) => n % 5)
      .window(window.tumbling({ sizeMs: 100 }), { lateRecords: 'output' })
      .process<Called>((records, _, emit) => records.forEach(({ n, attempt }) => emit({ n, attempt })))
    called.to(sink.files({ dir, format: 'jsonLines', roll: { everyMs: ROLL_MS } }))
    return { results, late }
  },
})

/** What the job gives, whatever clock shows what time: no call is made again but those that fail, and no record is late. */
export function patientResults(count: number): Called[] {
  return Array.from({ length: count }, (_, n) => ({ n, attempt: n % 10 === 0 ? 2 : 1 }))
}
