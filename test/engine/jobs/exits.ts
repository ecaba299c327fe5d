import { defineJob } from '../../../src/index.ts'
import type { Outlets } from '../../../src/index.ts'
import type { OperatorContext, OperatorDefinition } from '../../../src/index.ts'

/** In the first attempt every worker ends at the same time, in `process` or in `open`. */
const exits: OperatorDefinition = {
  kind: 'exits',
  create: (spec, { attempt, emit }: OperatorContext) => {
    const exitAt = (place: string): void => {
      if (attempt > 1 || spec['place'] !== place) return
      const atMs = Math.ceil(Date.now() / 250) * 250
      while (Date.now() < atMs);
      process.exit(3)
    }
    return {
      open: () => exitAt('open'),
      process: (record, timestamp) => {
        exitAt('process')
        emit(record, timestamp)
      },
    }
  },
}

export default defineJob<{ place: string }, Outlets>(import.meta, {
  build: ({ source, config: { place } }) => ({
    rows: source.generate('rows', { count: 10_000, make: (n) => n }).transform(exits, { place }),
  }),
})
