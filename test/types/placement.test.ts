/** Who runs where, by what the compiler knows: checked when the tests are compiled. */
import { expect, expectTypeOf, test } from 'vitest'
import { type LaunchOptions, type PlacementCosts, type PlacementOption, type RunStats, defineJob, placementCosts } from '../../src/index.ts'

test('sources and operators say what they need and where they want to be', async () => {
  const job = defineJob(import.meta, {
    placement: { policy: 'load', costs: { rows: 0.3, scored: [0.1, 0.2] }, machine: { cores: 2 } },
    build: ({ source }) => {
      const rows = source.generate('rows', { count: 1, make: (n) => ({ n }), demand: { cpu: 0.5, diskBytesPerSecond: 1e6 }, priority: 3 })
      const scored = rows.map((row) => row, { name: 'scored', affinity: 'rows', demand: { ioConcurrency: 4, networkBytesPerSecond: 10 } })
      scored.map((row) => row, { antiAffinity: ['late'], exclusive: true, demand: { heapBytes: 2 ** 26 } })
      // @ts-expect-error -- no such resource
      expect(() => rows.map((row) => row, { demand: { memory: 1 } })).toThrow(/no option "memory"/)
      // @ts-expect-error -- a priority is a number
      expect(() => rows.map((row) => row, { priority: 'high' })).toThrow(/priority="high"/)
      scored.map((row) => row, { priority: { by: 'lag', steps: [{ from: 1_000, priority: 10 }], otherwise: -1, everyMs: 50 } })
      scored.map((row) => row, { priority: { by: ({ lagMs, signal }) => lagMs * signal('rush') } })
      // @ts-expect-error -- a measure has steps
      expect(() => rows.map((row) => row, { priority: { by: 'lag' } })).toThrow(/steps=undefined is not a list/)
      // @ts-expect-error -- no such measure
      expect(() => rows.map((row) => row, { priority: { by: 'mood', steps: [{ from: 1, priority: 1 }] } })).toThrow(/priority\.by="mood"/)
      // @ts-expect-error -- operators are named
      expect(() => rows.map((row) => row, { affinity: rows })).toThrow(/affinity/)
      return { late: rows.filter(() => true, { name: 'late' }) }
    },
  })
  expect((await job.buildGraph({})).nodes.map(({ placement }) => placement?.priority)).toEqual([3, null, null, -1, 0, undefined, undefined])
  expectTypeOf<LaunchOptions['balance']>().toEqualTypeOf<boolean | undefined>()
  expectTypeOf<LaunchOptions['placement']>().toEqualTypeOf<PlacementOption | undefined>()
  expectTypeOf(placementCosts).returns.toEqualTypeOf<PlacementCosts>()
  expectTypeOf<RunStats>().toExtend<Parameters<typeof placementCosts>[0]>()
  // @ts-expect-error -- no such policy
  expectTypeOf<'random'>().toExtend<PlacementOption>()
})
