import type { Key } from '../core/key-hash.ts'
import { hashKey } from '../core/key-hash.ts'
import { type Plan, routingTable } from '../graph/plan.ts'
import type { StoredValue } from '../state/keyed-backend.ts'

/** Where a state is kept for a key. */
export interface StatePlace {
  readonly operator: string
  readonly state: string
  /** Key group of the key. */
  readonly group: number
  readonly actor: number
  readonly worker: number
}

/** What is kept; null while the worker cannot tell. */
export type StateAnswer = { readonly stored: StoredValue | undefined } | null

/** @param operator name of one that the plan has */
export function placeOfState(plan: Plan, keyGroups: number, operator: string, state: string, key: Key): StatePlace {
  const node = plan.graph.nodes.findIndex(({ name }) => name === operator)
  const task = plan.tasks.find(({ nodes }) => nodes.includes(node))!
  const group = hashKey(key) % keyGroups
  const index = routingTable(keyGroups, Math.min(keyGroups, task.parallelism))[group]!
  const { id, thread } = plan.actors.find((actor) => actor.task === task.id && actor.index === index)!
  return { operator, state, group, actor: id, worker: thread }
}
