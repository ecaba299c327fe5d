import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { linesOf, visibleFiles } from '../sinks/part-files.ts'
import { SPLITS, WINDOW_MS, rowOf } from './ledger-job.ts'

/** What readers of the part files see, counted. */
export interface Ledger {
  readonly committed: number
  /** Records that should be there and are not. Known only when the job has ended. */
  readonly lost: number
  /** Records that are there more often than they should. */
  readonly repeated: number
  /** Records that should not be there at all. */
  readonly wrong: number
}

function linesIn(dir: string): string[] {
  return existsSync(dir) ? linesOf(visibleFiles(dir)) : []
}

function repeatedIn(lines: readonly string[]): number {
  return lines.length - new Set(lines).size
}

/** While the job runs: nothing may be there twice. */
export function lookAt(dir: string): Pick<Ledger, 'committed' | 'repeated'> {
  const all = ['rows', 'steps', 'windows'].map((sink) => linesIn(join(dir, sink)))
  return { committed: all.reduce((sum, { length }) => sum + length, 0), repeated: all.reduce((sum, lines) => sum + repeatedIn(lines), 0) }
}

/** The job has drained: the rows of each split are there without a gap, and steps and windows are what plain loops make of them. */
export function audit(dir: string): Ledger {
  const rows = linesIn(join(dir, 'rows')).map((line) => (JSON.parse(line) as { n: number }).n)
  const counted = compare(
    rows.map(String),
    splitLengths(rows).flatMap((length, split) => Array.from({ length }, (_, i) => String(i * SPLITS + split))),
  )
  const [steps, windows] = expected(new Set(rows))
  const parts = [counted, compare(linesIn(join(dir, 'steps')), steps), compare(linesIn(join(dir, 'windows')), windows)]
  const sum = (of: (part: Ledger) => number): number => parts.reduce((total, part) => total + of(part), 0)
  return { committed: sum((p) => p.committed), lost: sum((p) => p.lost), repeated: sum((p) => p.repeated), wrong: sum((p) => p.wrong) }
}

/** A paced source deals rows out one by one: the largest row of a split tells how many it made. */
function splitLengths(rows: readonly number[]): number[] {
  const lengths = new Array<number>(SPLITS).fill(0)
  for (const n of rows) lengths[n % SPLITS] = Math.max(lengths[n % SPLITS]!, Math.floor(n / SPLITS) + 1)
  return lengths
}

function expected(rows: ReadonlySet<number>): [steps: string[], windows: string[]] {
  const perKey = new Map<number, number>()
  const windows = new Map<string, { key: number; windowStart: number; windowEnd: number; rows: number; sum: number }>()
  for (const n of rows) {
    const { key, at } = rowOf(n)
    perKey.set(key, (perKey.get(key) ?? 0) + 1)
    const windowStart = Math.floor(at / WINDOW_MS) * WINDOW_MS
    const name = `${key} ${windowStart}`
    const before = windows.get(name) ?? { key, windowStart, windowEnd: windowStart + WINDOW_MS, rows: 0, sum: 0 }
    windows.set(name, { ...before, rows: before.rows + 1, sum: before.sum + n })
  }
  const steps = [...perKey].flatMap(([key, count]) => Array.from({ length: count }, (_, i) => JSON.stringify({ key, step: i + 1 })))
  return [steps, [...windows.values()].map((row) => JSON.stringify(row))]
}

function compare(found: readonly string[], wanted: readonly string[]): Ledger {
  const left = new Set(wanted)
  const known = new Set(wanted)
  let [repeated, wrong] = [0, 0]
  for (const line of found) {
    if (left.delete(line)) continue
    if (known.has(line)) repeated++
    else wrong++
  }
  return { committed: found.length, lost: left.size, repeated, wrong }
}
