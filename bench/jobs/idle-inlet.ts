import { defineJob } from '../../src/index.ts'

/** Waits for what nobody pushes. */
export default defineJob(import.meta, {
  build: ({ source, sink }) => {
    source.inlet<number>('numbers').to(sink.forEach(() => {}))
  },
})
