import { expect, test } from 'vitest'
import { defineJob, sink } from '../../src/index.ts'

test.each([sink.file({ path: '/tmp/rows', format: 'lines' }), sink.console()])(
  'a sink of one instance cannot be given more ($kind)',
  async (single) => {
    const job = (parallelism: number) =>
      defineJob(import.meta, {
        build: ({ source }) => void source.generate('rows', { count: 1, make: (n) => n }).to(single, { parallelism }),
      })
    await expect(job(2).buildGraph({})).rejects.toMatchObject({ code: 'MR_OPTION_INVALID' })
    expect((await job(1).buildGraph({})).nodes).toHaveLength(2)
  },
)
