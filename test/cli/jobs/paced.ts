import { z } from 'zod'
import { defineJob } from '../../../src/index.ts'

const nothing = new Int32Array(new SharedArrayBuffer(4))

/** Records at an even rate: two seconds of them, or as many as it is told. */
export default defineJob(import.meta, {
  config: z.object({ count: z.coerce.number().default(28_000) }),
  build: ({ source, sink, config }) => {
    const make = (n: number): { readonly n: number } => {
      if (n % 16 === 0) Atomics.wait(nothing, 0, 0, 1)
      return { n }
    }
    source.generate('numbers', { count: config.count, make }).to(sink.forEach(() => {}))
  },
})
