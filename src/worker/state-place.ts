import type { Key } from '../core/key-hash.ts'
import { hashKey } from '../core/key-hash.ts'
import { type Plan, routingTable } from '../graph/plan.ts'
import type { StoredValue } from '../state/keyed-backend.ts'
import { findInKeyedChunk } from '../state/keyed-chunk.ts'
import { decodeChunk } from './chunk-key.ts'

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

/** What the chunk of a key group, as an operator with named state writes it, holds of a state for a key. */
export function storedIn(bytes: Uint8Array, state: string, key: Key): StoredValue | undefined {
  const { states } = decodeChunk(bytes) as { readonly states?: Readonly<Record<string, Uint8Array>> }
  const chunk = states?.[state]
  return chunk === undefined ? undefined : findInKeyedChunk(new Uint8Array(chunk), key)
}

/** Names of the states that such a chunk has. */
export function stateNamesIn(bytes: Uint8Array): string[] {
  return Object.keys((decodeChunk(bytes) as { readonly states?: object }).states ?? {})
}
