import { setTimeout as sleep } from 'node:timers/promises'
import { defineJob, sink } from '../../../src/index.ts'

export interface RestlessConfig {
  readonly count: number
  readonly path: string
  /** Restarts that the job makes necessary. */
  readonly failures: number
  /** Words: {@link FAILED}, {@link SEEN}, and from {@link RESOURCES} on what Node.js says keeps a thread alive, after the first and the last restarts. */
  readonly board: SharedArrayBuffer
}

export const FAILED = 0
export const SEEN = 1
export const RESOURCES = 2

/** Timers, ports and files that a thread has open when an attempt begins, at the 50th restart and at the last. */
function count(board: Int32Array, failures: number): void {
  const failed = board[FAILED]!
  const slot = failed <= 50 ? RESOURCES : failed >= failures - 5 ? RESOURCES + 1 : -1
  if (slot > 0) board[slot] = Math.max(board[slot]!, process.getActiveResourcesInfo().length)
}

/** Fails again and again, while calls of older attempts are still under way; writes every row once. */
export default defineJob<RestlessConfig, Record<never, never>>(import.meta, {
  build: ({ source, config: { count: rows, path, failures, board: memory } }) => {
    const board = new Int32Array(memory)
    const slept = source.generate('rows', { count: rows, make: (n) => ({ n }) }).mapAsync(
      async (row) => {
        await sleep(row.n % 7)
        return row
      },
      { ordered: false },
    )
    slept
      .tap(() => {
        if (Atomics.add(board, SEEN, 1) % 5 !== 0 || Atomics.add(board, FAILED, 1) >= failures) return
        count(board, failures)
        throw new Error('planned')
      })
      .keyBy((row) => row.n % 100)
      .scan(
        () => ({ n: 0, seen: 0 }),
        (state, { n }) => ({ n, seen: state.seen + 1 }),
      )
      .to(sink.file({ path, format: 'jsonLines' }))
    return {}
  },
})
