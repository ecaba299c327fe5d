import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AS_LAUNCHED, layoutOf, planOf } from '../../src/migration/layout.ts'
import { rescaled } from '../../src/migration/rescale.ts'
import { planJob } from '../../src/graph/plan.ts'
import { type NodeDraft, graphOf } from '../schedule/graphs.ts'

const graph = graphOf([
  { parallelism: 'workers' },
  { from: [0], spreads: true },
  { from: [1] },
  { from: [2], parallelism: 1, spreads: true },
])
const PLAN = { chaining: 'on' } as const

test('with nobody away everybody stays where the launch put them; with some away their actors spread evenly over the others, and nobody else moves', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 8 }),
      fc.infiniteStream(fc.boolean()),
      (workers, instances, coins) => {
        const options = { ...PLAN, workers }
        const launched = planJob(graph, options)
        const change = { version: 1, instances: rescaled(launched, 128, 'n1', instances), moved: {}, away: [] as number[] }
        const all = planOf(graph, options, layoutOf(launched, options, change))
        for (const { task, index, thread } of all.actors) {
          const before = launched.actors.find((actor) => actor.task === task && actor.index === index)
          expect(thread).toBe(before?.thread ?? index % workers)
        }
        const gone = Array.from({ length: workers }, (_, worker) => worker).filter(() => coins.next().value)
        const away = gone.length === workers ? gone.slice(1) : gone
        const rest = planOf(graph, options, layoutOf(launched, options, { ...change, away }))
        const loads = new Map<number, number>()
        for (const { id, thread } of rest.actors) {
          expect(away).not.toContain(thread)
          if (!away.includes(all.actors[id]!.thread)) expect(thread).toBe(all.actors[id]!.thread)
          loads.set(thread, (loads.get(thread) ?? 0) + 1)
        }
        // Who took somebody in has no more than one beyond the least.
        const homes = (worker: number): number => all.actors.filter(({ thread }) => thread === worker).length
        const present = Array.from({ length: workers }, (_, worker) => worker).filter((worker) => !away.includes(worker))
        const least = Math.min(...present.map((worker) => loads.get(worker) ?? 0))
        for (const [worker, load] of loads) if (load > homes(worker)) expect(load).toBeLessThanOrEqual(least + 1)
      },
    ),
  )
})

test('a layout as launched is the plan of the launch', () => {
  const options = { ...PLAN, workers: 3 }
  expect(planOf(graph, options, AS_LAUNCHED)).toEqual(planJob(graph, options))
})

test('what forward edges tie together is rescaled together, and keeps its chains', () => {
  const drafts: NodeDraft[] = [{}, { from: [0], spreads: true }, { from: [1], antiAffinity: ['n1'] }, { from: [2], spreads: true }]
  const tied = graphOf(drafts)
  const options = { ...PLAN, workers: 2 }
  const launched = planJob(tied, options)
  expect(rescaled(launched, 128, 'n2', 5)).toEqual({ n1: 5, n2: 5 })
  const plan = planOf(tied, options, layoutOf(launched, options, { version: 1, instances: { n1: 5, n2: 5 }, moved: {}, away: [] }))
  expect(plan.tasks.map(({ name, parallelism }) => [name, parallelism])).toEqual([
    ['n0', 2],
    ['n1', 5],
    ['n2', 5],
    ['n3', 2],
  ])
  expect(plan.edges.map(({ partitioning }) => partitioning.type)).toEqual(launched.edges.map(({ partitioning }) => partitioning.type))
})

test.each([
  ['nobody', 2, 'MR_OPTION_INVALID'],
  ['n1', 0, 'MR_OPTION_INVALID'],
  ['n1', 1.5, 'MR_OPTION_INVALID'],
  ['n3', 2, 'MR_RESCALE_IMPOSSIBLE'],
])('%s in %d instances is refused', (operator, instances, code) => {
  expect(() => rescaled(planJob(graph, { ...PLAN, workers: 2 }), 128, operator, instances)).toThrow(expect.objectContaining({ code }))
})
