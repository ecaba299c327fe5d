import type { Key } from '../../core/key.ts'
import { canonicalKey } from '../../core/key.ts'
import type { Guarantee } from '../../graph/graph.ts'
import { textOf } from '../kit/kit-compare.ts'

/** What a store is to show, and what it may show before the end. */
export interface Expectation {
  /** By record, as text: how often, in the end. */
  readonly counts: ReadonlyMap<string, number>
  /** All that may be seen before the end. */
  readonly known: ReadonlySet<string>
  /** No record more often than in the end, at any time. */
  readonly once: boolean
  /** Each at least so often: more do not matter. */
  readonly repeats: boolean
  /** Records may be missing. */
  readonly loses: boolean
}

interface Rules<T> {
  readonly key?: (keyof T & string) | ((record: T) => Key)
  readonly removes?: (record: T) => boolean
}

export function expectationOf<T>(guarantee: Guarantee, records: readonly T[], { key, removes }: Rules<T>): Expectation {
  const shown = key === undefined ? records : newest(records, typeof key === 'function' ? key : (record) => record[key] as Key, removes)
  const counts = countsOf(shown)
  const exactly = guarantee === 'exactly-once'
  return {
    counts,
    known: key === undefined ? new Set(counts.keys()) : new Set(records.map(textOf)),
    once: (exactly || guarantee === 'at-most-once') && key === undefined,
    repeats: guarantee === 'at-least-once',
    loses: guarantee === 'at-most-once',
  }
}

/** What is wrong with what a store shows; null: nothing. */
export function findWrong(
  what: 'sink' | 'source',
  { counts, known, once, repeats, loses }: Expectation,
  shown: readonly unknown[],
  finished: boolean,
): string | null {
  const found = countsOf(shown)
  const unknown = [...found.keys()].filter((text) => !(finished && !repeats ? counts : known).has(text))
  if (unknown.length > 0) return told(what, 'shows', unknown, 'that it should not')
  const repeated = once || (finished && !repeats) ? [...found].filter(([text, count]) => count > (counts.get(text) ?? 0)) : []
  if (repeated.length > 0) return told(what, 'repeated', textsOf(repeated), '')
  const lost = finished && !loses ? [...counts].filter(([text, count]) => (found.get(text) ?? 0) < count) : []
  return lost.length > 0 ? told(what, 'lost', textsOf(lost), '') : null
}

function newest<T>(records: readonly T[], key: (record: T) => Key, removes: ((record: T) => boolean) | undefined): T[] {
  const rows = new Map<string, T>()
  for (const record of records) {
    if (removes?.(record) === true) rows.delete(canonicalKey(key(record)))
    else rows.set(canonicalKey(key(record)), record)
  }
  return [...rows.values()]
}

function countsOf(records: readonly unknown[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of records.map(textOf)) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}

function textsOf(counted: readonly (readonly [string, number])[]): string[] {
  return counted.map(([text]) => text)
}

function told(what: string, did: string, texts: readonly string[], which: string): string {
  const examples = texts.slice(0, 3).join(', ')
  return `The ${what} ${did} ${texts.length} records${which === '' ? '' : ` ${which}`}: ${examples}${texts.length > 3 ? ', ...' : ''}.`
}
