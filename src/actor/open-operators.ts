import type { OperatorInstance } from './actor-parts.ts'
import type { StateChunk } from './contract.ts'

/** Gives operators their state back, and opens them, one after the other. Throws what one of them threw, as an error that names it. */
export async function openOperators(
  operators: readonly OperatorInstance[],
  chunksOf: (operator: string) => readonly StateChunk[],
): Promise<void> {
  for (const { name, actor, blame } of operators) {
    try {
      const chunks = chunksOf(name)
      if (chunks.length > 0) await actor.restore?.(chunks)
      await actor.open?.()
    } catch (error) {
      throw blame(error)
    }
  }
}

/** Closes every operator, also when one of them throws: the attempt is over, and whatever ended it is known already. */
export async function closeOperators(operators: readonly OperatorInstance[]): Promise<void> {
  for (const { actor } of operators) {
    try {
      await actor.close?.()
    } catch {
      // The others still have to give back what they took.
    }
  }
}
