import { z } from 'zod'
import { defineJob } from '../../src/index.ts'

/** One busy source with a chain of its own, and any number of actors that never have anything to do. */
export default defineJob(import.meta, {
  config: z.object({ idle: z.number(), count: z.number() }),
  build: ({ source, sink, config }) => {
    source.generate('busy', { count: config.count, make: (n) => ({ n }), parallelism: 1 }).to(
      sink.forEach(() => {}),
      { parallelism: 1 },
    )
    const never = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }
    for (let i = 0; i < config.idle; i++)
      source.iterable(`idle-${i}`, { open: () => never }).to(
        sink.forEach(() => {}),
        { name: `sink-${i}`, parallelism: 1 },
      )
  },
})
