import { existsSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { defineJob } from '../../../src/index.ts'

/** Counts rows; at one of them, the first time or always, its process ends in the way that it is told. */
export default defineJob(import.meta, {
  config: z.object({
    how: z.enum(['allocation', 'kill', 'throw', 'never']).default('never'),
    marker: z.string(),
    count: z.coerce.number().default(40_000),
    always: z.coerce.boolean().default(false),
  }),
  build: ({ source, config: { how, marker, count, always } }) => {
    const end = {
      // An array that is larger than V8 allows: no error, no event, the process is gone.
      allocation: () => 'x'.repeat(2 ** 28).split(''),
      kill: () => process.kill(process.pid, 'SIGKILL'),
      throw: () => {
        throw new RangeError('planned')
      },
      never: () => {},
    }[how]
    const counts = source
      .generate('rows', { count, rowsPerSecond: 20_000, make: (n) => ({ n, parity: n % 2 }) })
      .tap(({ n }) => {
        if (n < count / 2 || (!always && existsSync(marker))) return
        writeFileSync(marker, '')
        end()
      })
      .keyBy('parity')
      .count()
      .toStream({ emit: 'final' })
    return { counts }
  },
})
