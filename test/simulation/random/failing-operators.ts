import { loadOperators } from '../../../actors/registry.ts'
import type { OperatorDefinition } from '../../../src/actor/contract.ts'
import { Prng } from '../../../src/core/prng.ts'
import type { Graph } from '../../../src/graph/graph.ts'
import type { Job } from '../../../src/index.ts'
import { watchedOperator } from '../../../src/host/simulation-host/faulty-operators.ts'

/** The same job, in which operators whose calls can be repeated throw now and then: when they are called, and in the middle of a call, with a part of its results out. */
export function failing(job: Job, seed: number | string, most: number): Job {
  const chance = new Prng(`failing ${seed}`)
  let left = chance.nextInt(most + 1)
  const next = (): number => 1 + chance.nextInt(2 ** (2 + chance.nextInt(9)))
  let calls = next()
  const called = (): void => {
    if (left === 0 || --calls > 0) return
    left--
    calls = next()
    throw new Error('planned failure')
  }
  const fails = (definition: OperatorDefinition): OperatorDefinition => {
    const { create } = definition
    if (create === undefined || definition.repeats === undefined) return definition
    const emits: OperatorDefinition = {
      ...definition,
      create: (spec, context) =>
        create(spec, {
          ...context,
          emit: (record, timestamp) => {
            called()
            context.emit(record, timestamp)
          },
        }),
    }
    return watchedOperator(emits, called)
  }
  const buildGraph = async (raw: unknown): Promise<Graph> => {
    const graph = await job.buildGraph(raw)
    const registry = await loadOperators(graph.nodes.map(({ kind }) => kind))
    const nodes = graph.nodes.map((node) => {
      const definition = node.definition ?? registry.get(node.kind)
      return definition === undefined ? node : { ...node, definition: fails(definition) }
    })
    return { ...graph, nodes }
  }
  return { ...job, buildGraph }
}
