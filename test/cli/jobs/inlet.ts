import { defineJob } from '../../../src/index.ts'

/** Numbers that only a program can push. */
export default defineJob(import.meta, {
  build: ({ inlet, sink }) => {
    inlet<number>('numbers')
      .map((n) => n + 1, { name: 'next' })
      .to(sink.console(), { name: 'screen' })
  },
})
