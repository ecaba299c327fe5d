import { z } from 'zod'
import { defineJob } from '../../../src/index.ts'

const nothing = new Int32Array(new SharedArrayBuffer(4))

/** Takes a millisecond for each record, while its source could make millions: what waits in mailboxes takes long to drain. */
export default defineJob(import.meta, {
  config: z.object({ count: z.coerce.number().default(Infinity) }),
  build: ({ source, sink, config }) => {
    source
      .generate('numbers', { count: config.count, make: (n) => ({ n }), parallelism: 1 })
      .map(
        (record) => {
          Atomics.wait(nothing, 0, 0, 1)
          return record
        },
        { name: 'slow', parallelism: 2 },
      )
      .to(
        sink.forEach(() => {}),
        { name: 'end' },
      )
  },
})
