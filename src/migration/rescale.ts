import { MillraceError } from '../errors.ts'
import { INLET_KIND, type OperatorNode } from '../graph/graph.ts'
import type { Plan, Task } from '../graph/plan.ts'

/**
 * The operators that change together with one, all to the same number of instances: those of its chain, and those that forward edges tie to it, instance to instance.
 *
 * @returns numbers of instances by operator
 * @throws MillraceError MR_OPTION_INVALID: no such operator, or no such number; MR_RESCALE_IMPOSSIBLE: one of them has to keep the instances that it has
 */
export function rescaled(plan: Plan, keyGroups: number, operator: string, instances: number): Readonly<Record<string, number>> {
  const node = plan.graph.nodes.find(({ name }) => name === operator)
  const task = plan.tasks.find(({ nodes, onAppThread }) => !onAppThread && node !== undefined && nodes.includes(node.id))
  if (node === undefined || task === undefined) {
    const names = plan.tasks.filter(({ onAppThread }) => !onAppThread).flatMap(({ nodes }) => nodes.map((id) => plan.graph.nodes[id]!.name))
    throw new MillraceError('MR_OPTION_INVALID', `The job has no operator "${operator}". It has: ${names.join(', ')}`)
  }
  if (!Number.isInteger(instances) || instances < 1)
    throw new MillraceError('MR_OPTION_INVALID', `rescale() takes a number of instances of at least 1, not ${String(instances)}`)
  const members = tiedTo(plan, task)
  for (const member of members) demandFree(plan, member, keyGroups, instances)
  return Object.fromEntries(members.flatMap(({ nodes }) => nodes.map((id) => [plan.graph.nodes[id]!.name, instances])))
}

/** What forward edges lead from and to, over any number of them. */
function tiedTo({ tasks, edges }: Plan, task: Task): Task[] {
  const tied = new Set([task.id])
  for (let before = 0; before < tied.size;) {
    before = tied.size
    for (const { fromTask, toTask, partitioning } of edges) {
      if (partitioning.type !== 'forward' || !(tied.has(fromTask) || tied.has(toTask))) continue
      tied.add(fromTask).add(toTask)
    }
  }
  return [...tied].sort((a, b) => a - b).map((id) => tasks[id]!)
}

function demandFree({ graph, edges }: Plan, { id, nodes, parallelism }: Task, keyGroups: number, instances: number): void {
  for (const number of nodes) {
    const node = graph.nodes[number]!
    if (node.kind === INLET_KIND) refuse(node, 'an inlet has one instance')
    if (node.parallelism === 1) refuse(node, 'it was described with one instance')
  }
  const head = graph.nodes[nodes[0]!]!
  const isKeyed = edges.some(({ toTask, partitioning: { type } }) => toTask === id && (type === 'hash' || type === 'combined'))
  if (isKeyed && instances > keyGroups && instances > parallelism)
    refuse(head, `${instances} instances are more than the ${keyGroups} key groups of the job, so some would have no keys`)
}

function refuse({ name, site }: OperatorNode, why: string): never {
  throw new MillraceError('MR_RESCALE_IMPOSSIBLE', `"${name}" cannot be rescaled: ${why}`, { operator: name, site })
}
