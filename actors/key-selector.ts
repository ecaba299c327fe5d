import type { StateKeySelector } from '../src/actor/operator-kit.ts'

/** The selector of a graph (a field name, a function, or null for one group) as state tables want it. */
export function keySelector(key: string | ((record: unknown) => never) | null): StateKeySelector<unknown> {
  if (key === null) return 'global'
  return typeof key === 'string' ? { field: key } : { of: key }
}
