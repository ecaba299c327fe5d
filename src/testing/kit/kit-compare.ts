import { inspect } from 'node:util'
import type { KitEvent, KitOutput } from './kit-outlets.ts'

/** Makes out of an outlet's outputs what must be equal in all reruns. */
export type KitView = (outputs: readonly KitOutput[], outlet: string) => unknown

/** How outputs of two runs are compared. */
export interface Comparison {
  /**
   * 'list': one by one. 'stretch': what came after each batch or other step, in any order. 'records': the records, one by one. 'any': the records, in any
   * order.
   */
  readonly order: 'list' | 'stretch' | 'records' | 'any'
  readonly view: KitView | null
}

/** A difference: lines that were expected and came, from the first that differs on. */
export interface Difference {
  readonly outlet: string
  readonly position: number
  readonly expected: readonly string[]
  readonly actual: readonly string[]
}

/** One text for one meaning: 1, 1n, '1' and -0 differ, the order of fields does not matter. */
export function textOf(value: unknown): string {
  return inspect(value, { depth: null, sorted: true, breakLength: Infinity, compact: true, maxArrayLength: null, maxStringLength: null })
}

/** @param last position of a step in the script -> that of the last step of its stretch */
export function findDifference(
  outlets: readonly string[],
  expected: readonly KitEvent[],
  actual: readonly KitEvent[],
  comparison: Comparison,
  last: (step: number) => number,
): Difference | null {
  for (const outlet of outlets) {
    const [wanted, came] = [expected, actual].map((events) => linesOf(outlet, events, comparison, last)) as [string[], string[]]
    const length = Math.max(wanted.length, came.length)
    for (let position = 0; position < length; position++) {
      if (wanted[position] !== came[position]) return { outlet, position, expected: wanted.slice(position), actual: came.slice(position) }
    }
  }
  return null
}

function linesOf(outlet: string, events: readonly KitEvent[], { order, view }: Comparison, last: (step: number) => number): string[] {
  const own = events.filter((event) => event.outlet === outlet)
  if (view !== null) {
    const seen = view(
      own.map(({ output }) => output),
      outlet,
    )
    return Array.isArray(seen) ? seen.map(textOf) : [textOf(seen)]
  }
  if (order === 'stretch') return stretchLines(own, last)
  const lines = own.filter(({ output }) => order === 'list' || 'record' in output).map(({ output }) => textOf(output))
  return order === 'any' ? lines.sort() : lines
}

/** After each stretch its records, sorted, and the last word on watermark, idleness and end. */
function stretchLines(events: readonly KitEvent[], last: (step: number) => number): string[] {
  const stretches = new Map<number, { records: string[]; words: Map<string, string> }>()
  for (const { output, step } of events) {
    const at = last(step)
    const stretch = stretches.get(at) ?? stretches.set(at, { records: [], words: new Map() }).get(at)!
    if ('record' in output) stretch.records.push(textOf(output))
    else stretch.words.set(Object.keys(output)[0]!, textOf(output))
  }
  const inOrder = [...stretches].sort(([a], [b]) => a - b)
  return inOrder.flatMap(([at, { records, words }]) =>
    [...records.sort(), ...[...words.values()].sort()].map((line) => `after step ${at}: ${line}`),
  )
}
