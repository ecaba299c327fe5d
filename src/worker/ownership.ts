import { MillraceError } from '../errors.ts'
import { type Plan, type Task, routingTable } from '../graph/plan.ts'
import { type ChunkPlace, operatorOf } from './chunk-place.ts'

/** The task that a chunk belongs to, and the instance of it; 'all': each of them takes it. */
export interface ChunkOwner {
  readonly task: Task
  readonly index: number | 'all'
}

/** Which instance a chunk belongs to in a plan; null where the job has no such operator. Key groups go to whom records of their keys go to. */
export function ownersIn(plan: Plan, keyGroups: number): (place: ChunkPlace) => ChunkOwner | null {
  const tasks = new Map(plan.tasks.flatMap((task) => task.nodes.map((node) => [plan.graph.nodes[node]!.name, task] as const)))
  // As the senders route: instances beyond the number of key groups own none.
  const routes = new Map(
    plan.tasks.map(({ parallelism }) => [parallelism, routingTable(keyGroups, Math.min(keyGroups, parallelism))] as const),
  )
  return ({ operator, scope, id }) => {
    const task = tasks.get(operatorOf(operator))
    if (task === undefined) return null
    if (scope === 'all' || scope === 'time') return { task, index: 'all' }
    const index = scope === 'group' ? routes.get(task.parallelism)![id]! : scope === 'instance' ? id : id % task.parallelism
    if (index < task.parallelism) return { task, index }
    const text = `The checkpoint holds state of instance ${id} of "${operator}", which has ${task.parallelism} instances now. Give it as many as before`
    throw new MillraceError('MR_STATE_INCOMPATIBLE', text, { operator })
  }
}
