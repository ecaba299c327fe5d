import type { BadRecords } from '../actor/record-guard.ts'

/** Over the instances of each operator. */
export function mergedBadRecords(actors: readonly { readonly badRecords: readonly BadRecords[] }[]): BadRecords[] {
  const merged = new Map<string, BadRecords>()
  for (const { operator, skipped, deadLettered } of actors.flatMap((actor) => actor.badRecords)) {
    const before = merged.get(operator)
    merged.set(operator, {
      operator,
      skipped: skipped + (before?.skipped ?? 0),
      deadLettered: deadLettered + (before?.deadLettered ?? 0),
    })
  }
  return [...merged.values()]
}
