import { parseSignature } from './state-signature.ts'
import type { StoredValue } from './keyed-backend.ts'
import type { StateAggregator, StateSpec } from './state-specs.ts'

/**
 * What a stored value means to a reader: a value, an array of elements, a Map of entries; the result of an aggregating state where its spec is known, else its
 * accumulator. Nothing stored is the default of the spec, or undefined.
 */
export function shownState(stored: StoredValue | undefined, spec: StateSpec<unknown> | null): unknown {
  if (stored === undefined) return spec?.stateType === 'value' ? spec.more : undefined
  const { type, timed } = parseSignature(stored.signature)
  if (type === 'map') return entriesOf(stored.value as readonly unknown[], timed ? 3 : 2)
  const value = timed ? (stored.value as readonly unknown[])[0] : stored.value
  if (type !== 'aggregating' || spec === null) return value
  return (spec.more as StateAggregator<unknown, unknown, unknown>).result(value)
}

function entriesOf(flat: readonly unknown[], stride: number): Map<unknown, unknown> {
  const entries = new Map<unknown, unknown>()
  for (let i = 0; i < flat.length; i += stride) entries.set(flat[i], flat[i + 1])
  return entries
}
