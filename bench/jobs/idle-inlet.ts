import { defineJob } from '../../src/index.ts'

/** Waits for what nobody pushes. */
export default defineJob(import.meta, {
  build: ({ inlet, sink }) => {
    inlet<number>('numbers').to(sink.forEach(() => {}))
  },
})
