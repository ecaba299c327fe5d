import type { Registry } from '../actor/contract.ts'
import type { OperatorNode } from '../graph/graph.ts'
import { type Plan, type Task, beginsTime } from '../graph/plan.ts'
import { backendOf } from '../graph/state-backend.ts'
import type { EngineOptions } from './deployment.ts'

/** Whether the actors of a task can be brought from a checkpoint to where they were by what they were given since. */
export interface Exactness {
  /** Why not; null: they can. */
  readonly because: string | null
  /** What they make of a batch comes in the same order. */
  readonly inOrder: boolean
}

/** Where a record goes does not depend on what went before, or on how fast others are. */
const SAME_CHANNEL: ReadonlySet<string> = new Set(['hash', 'broadcast', 'custom', 'forward', 'gather', 'combined'])

export function exactnessOf(plan: Plan, task: Task, registry: Registry, options: Pick<EngineOptions, 'backend'>): Exactness {
  const nodes = task.nodes.map((id) => plan.graph.nodes[id]!)
  const definitions = nodes.map((node) => node.definition ?? registry.get(node.kind))
  const because = nodes
    .map((node, at) => obstacle(plan, node, definitions[at]?.repeats !== undefined, options))
    .find((found) => found !== null)
  return { because: because ?? spreads(plan, task), inOrder: definitions.every((definition) => definition?.repeats === 'inOrder') }
}

function obstacle({ graph }: Plan, node: OperatorNode, repeats: boolean, { backend }: Pick<EngineOptions, 'backend'>): string | null {
  if (node.inputs.length === 0) return `"${node.name}" reads input of its own`
  if (beginsTime(node)) return `"${node.name}" gives records their event times`
  if (!repeats) return `"${node.name}" (${node.kind}) has effects outside, or calls that take their time`
  if (node.onError !== undefined) return `"${node.name}" has a policy for bad records`
  if (backendOf(node, graph, backend).type === 'lmdb') return `"${node.name}" has its state on disk`
  return null
}

function spreads({ edges, tasks }: Plan, task: Task): string | null {
  const spread = edges.find(
    ({ fromTask, toTask, partitioning: { type } }) => fromTask === task.id && !SAME_CHANNEL.has(type) && tasks[toTask]!.parallelism > 1,
  )
  return spread === undefined ? null : `its records are spread by '${spread.partitioning.type}'`
}
