import { loadOperators } from '../../actors/registry.ts'
import type { ChainStep } from '../../src/graph/chain-code.ts'

const registry = await loadOperators()

type Part = Omit<ChainStep, 'next'>

const part = (kind: string, fn: unknown): Part => ({ id: 0, definition: registry.get(kind)!, spec: { fn }, actor: null })

export const map = (fn: unknown): Part => part('map', fn)
export const filter = (fn: unknown): Part => part('filter', fn)

/** Operators one behind the other. */
export function chain(parts: readonly Part[]): ChainStep[] {
  return parts.reduceRight<ChainStep[]>((next, current) => [{ ...current, next }], [])
}
