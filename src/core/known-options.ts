import { MillraceError } from '../errors.ts'
import { shownValue } from './refuse-option.ts'

/** The names of all options of a type; the compiler sees to it that none is missing. */
export type OptionNames<T extends object> = { readonly [N in keyof Required<T>]: 1 }

/**
 * Refuses what is no option, as TypeScript does for those who use it, and says which was meant.
 *
 * @param what takes them, for the message: 'prioritize'
 * @throws MillraceError MR_OPTION_INVALID
 */
export function onlyKnown<T extends object>(what: string, given: T | undefined, names: NoInfer<OptionNames<T>>, site?: string): void {
  if (given === undefined) return
  const where = site === undefined ? {} : { site }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new MillraceError('MR_OPTION_INVALID', `${what} takes its options as an object, got ${shownValue(given)}`, where)
  }
  for (const name in given) {
    if (Object.hasOwn(names, name) || !Object.hasOwn(given, name)) continue
    const known = Object.keys(names)
    const meant = nearestName(name, known)
    const hint = meant === null ? `It has ${known.join(', ')}` : `Did you mean "${meant}"?`
    throw new MillraceError('MR_OPTION_INVALID', `${what} has no option "${name}". ${hint}`, where)
  }
}

/** The name that differs least, where that is little enough to be a slip: a third of its letters. Null when there is none. */
export function nearestName(given: string, names: readonly string[]): string | null {
  let [best, least] = [null as string | null, Infinity]
  for (const name of names) {
    const edits = editDistance(given.toLowerCase(), name.toLowerCase())
    if (edits < least && edits <= Math.max(1, Math.floor(name.length / 3))) [best, least] = [name, edits]
  }
  return best
}

/** Letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let [before, row] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : Infinity
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, replaced, swapped))
    }
    ;[before, row] = [row, next]
  }
  return row[b.length]!
}
