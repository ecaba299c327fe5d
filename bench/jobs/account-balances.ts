import { writeSync } from 'node:fs'
import { type OperatorDefinition, defineJob, sink } from '../../src/index.ts'
import { Schedule, nowMs } from './schedule.ts'

export interface BalancesConfig {
  readonly keys: number
  /** Infinity while the state is being filled. */
  readonly rowsPerSecond: number
  /** When row 0 is due, as milliseconds of the wall clock: rows that are due while no process runs wait for the next one. */
  readonly startMs: number
  /** The last row of which a result was seen before the process was killed; -1: none. */
  readonly seen: number
  /** Standard output, or another descriptor of the process. */
  readonly fd: number
}

interface Row {
  readonly n: number
  readonly account: string
}

/** Results between two that are told. */
const TOLD_EVERY = 200

/** Balances by account, keys and values of about 50 bytes together. Tells the first result after each start, and the first one that had not been there before. */
export default defineJob<BalancesConfig>(import.meta, {
  name: 'account-balances',
  build: ({ source, config: { keys, rowsPerSecond, startMs, seen, fd } }) => {
    let [first, isNew] = [true, false]
    const tell = (what: string, n: number): void => void writeSync(fd, `${JSON.stringify({ what, n, atMs: nowMs() })}\n`)
    const make = (n: number): Row => ({ n, account: `account-${String(n % keys).padStart(9, '0')}` })
    const schedule: OperatorDefinition = {
      kind: 'schedule',
      create: (_spec, context) => new Schedule({ rowsPerSecond, startMs, make }, context),
    }
    const rows = source.from<Row>('rows', schedule, {}, { guarantee: 'exactly-once', parallelism: 1 })
    rows
      .keyBy('account')
      .scan(
        () => ({ n: 0, cents: 0, name: '' }),
        ({ cents }, { n }) => ({ n, cents: cents + 17, name: `n${n % 1000}` }),
        { name: 'balances' },
      )
      .to(
        sink.forEach(({ n }) => {
          if (first) tell('first', n)
          if (!isNew && n > seen) tell('new', n)
          if (n % TOLD_EVERY === 0) tell('result', n)
          first = false
          isNew ||= n > seen
        }),
      )
    return {}
  },
})
