import { extname } from 'node:path'
import type { Loop } from './contract.ts'

/** Every query that has a loop, by the name of its file in this folder. */
export const QUERIES = ['q0', 'q1', 'q2', 'q3', 'q4', 'q5', 'q7', 'q8', 'q11', 'ks', 'ks-every', 'wc'] as const
export type QueryName = (typeof QUERIES)[number]

export interface Loops {
  /** What a sensible programmer writes by hand: plain objects and Maps. */
  readonly naive: Loop
  /** The same by every means that one thread has; absent where nobody wrote it. */
  readonly best?: Loop
}

export function isQuery(name: string): name is QueryName {
  return (QUERIES as readonly string[]).includes(name)
}

/** Loads one query's loops only: the others must not share type feedback with them. */
export async function loadLoops(query: QueryName): Promise<Loops> {
  return (await import(new URL(query + extname(import.meta.url), import.meta.url).href)) as Loops
}
