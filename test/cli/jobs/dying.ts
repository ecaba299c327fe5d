import { existsSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { type OperatorDefinition, defineJob, sink } from '../../../src/index.ts'

/** Its process is killed when it is closed: when a job has finished, or before an attempt begins anew. */
const killing: OperatorDefinition = {
  kind: 'killing',
  create: () => ({ process: () => {}, close: () => void process.kill(process.pid, 'SIGKILL') }),
}

/** Counts rows; at one of them, the first time or always, its process ends in the way that it is told. */
export default defineJob(import.meta, {
  config: z.object({
    /** 'finished': killed when the job has finished, before the process ends. */
    how: z.enum(['allocation', 'kill', 'throw', 'never', 'finished']).default('never'),
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
      finished: () => {},
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
    if (how === 'finished') counts.to(sink.from(killing))
    return { counts }
  },
})
