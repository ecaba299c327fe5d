import { expect, test } from 'vitest'
import { Prng } from '../../../src/core/prng.ts'
import { PLACEMENT_POLICIES } from '../../../src/graph/placement-settings.ts'
import type { Job } from '../../../src/index.ts'
import anyJob from '../../simulation/random/any-job.ts'
import { runCase } from '../../simulation/random/random-case.ts'

/** The same job, whose operators have priorities and affinities as a seed decides; with any number of workers they can be met. */
function wishing(job: Job, seed: number): Job {
  return {
    ...job,
    buildGraph: async (config) => {
      const graph = await job.buildGraph(config)
      const chance = new Prng(`wishes ${seed}`)
      const pick = <T>(choices: readonly T[]): T => choices[chance.nextInt(choices.length)]!
      const inner = graph.nodes.filter(({ kind }) => kind !== 'outlet')
      const nodes = graph.nodes.map((node) => {
        if (node.kind === 'outlet') return node
        const affinity = chance.nextInt(4) === 0 ? [pick(inner).name].filter((name) => name !== node.name) : []
        const demand = { cpu: pick([0, 0.001, 0.01]), heapBytes: pick([0, 1000]) }
        return { ...node, placement: { demand, affinity, antiAffinity: [], exclusive: false, priority: pick([null, -5, 0, 7]) } }
      })
      return { ...graph, nodes }
    },
  }
}

test('whatever fails, placed and prioritized by chance: what is committed is what plain loops give', { timeout: 600_000 }, async () => {
  for (let seed = 1; seed <= 100; seed++) {
    const placement = PLACEMENT_POLICIES[seed % 3]!
    const run = await runCase(seed, { job: wishing(anyJob as Job, seed), placement })
    expect(run.outcome, `seed ${seed}`).toBe('finished')
  }
})
