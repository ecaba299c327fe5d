/** Time and order by what the compiler knows: checked when the tests are compiled. */
import { expect, expectTypeOf, test } from 'vitest'
import { defineJob } from '../../src/index.ts'
import type { ActorStats, LatencyStats, Stream } from '../../src/index.ts'

test('records keep their type behind prioritize, and only sources are aligned', async () => {
  const job = defineJob(import.meta, {
    build: ({ source }) => {
      const alignment = { group: 'g', maxDriftMs: 5 }
      const rows = source.generate('rows', { count: 1, make: (n) => ({ n }), eventTime: ({ n }) => n, alignment })
      const first = rows.prioritize((row) => row.n % 2, { levels: 2, bufferRecords: 10, name: 'first' })
      expectTypeOf(first).toEqualTypeOf<Stream<{ n: number }>>()
      // @ts-expect-error -- how many levels there are has to be said
      expect(() => rows.prioritize(() => 0)).toThrow(/levels=undefined/)
      // @ts-expect-error -- a level is a number
      rows.prioritize(() => 'high', { levels: 2 })
      // @ts-expect-error -- what follows a source cannot wait for others
      expect(() => rows.withEventTime(({ n }) => n, { alignment })).toThrow(/for sources/)
      // @ts-expect-error -- a group has a bound
      expect(() => source.generate('none', { count: 1, make: (n) => n, eventTime: (n) => n, alignment: { group: 'g' } })).toThrow(
        /maxDriftMs/,
      )
      return { first }
    },
  })
  expect((await job.buildGraph({})).nodes.map(({ kind }) => kind)).toEqual(['generate', 'prioritize', 'prioritize', 'outlet'])
  expectTypeOf<ActorStats['latency']>().toEqualTypeOf<readonly LatencyStats[]>()
})
