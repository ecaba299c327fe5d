import type { Interval, JoinType } from '../../src/index.ts'
import { type Config, type JoinShape, type Pair, type Row, type WindowShape, rowOf } from './jobs/joins-job.ts'

function rowsOf(side: 'l' | 'r', count: number, config: Config): Row[] {
  return Array.from({ length: count }, (_, n) => rowOf(side, n, config))
}

function byKey(rows: readonly Row[]): Map<unknown, Row[]> {
  const groups = new Map<unknown, Row[]>()
  for (const row of rows) groups.set(row.key, [...(groups.get(row.key) ?? []), row])
  return groups
}

function intervalPairs(lefts: readonly Row[], rights: readonly Row[], interval: Interval): Pair[] {
  const { lowerMs, upperMs, lowerExclusive = false, upperExclusive = false } = interval
  const joins = (distance: number): boolean =>
    (lowerExclusive ? distance > lowerMs : distance >= lowerMs) && (upperExclusive ? distance < upperMs : distance <= upperMs)
  const ofKey = byKey(rights)
  return lefts.flatMap((l) => (ofKey.get(l.key) ?? []).filter((r) => joins(r.at - l.at)).map((r): Pair => [l.key, l.n, r.n]))
}

/** Where the windows of the rows of one key begin, and what is in them. */
function windowsOf(rows: readonly Row[], shape: WindowShape): Map<number, Row[]> {
  const windows = new Map<number, Row[]>()
  if (shape.type === 'session') {
    let [start, end] = [NaN, -Infinity]
    for (const row of [...rows].sort((a, b) => a.at - b.at)) {
      if (row.at > end) windows.set((start = row.at), [])
      end = row.at + shape.gapMs
      windows.get(start)!.push(row)
    }
    return windows
  }
  const { sizeMs } = shape
  const slideMs = shape.type === 'tumbling' ? sizeMs : shape.slideMs
  const offsetMs = shape.type === 'tumbling' ? (shape.offsetMs ?? 0) : 0
  for (const row of rows) {
    let start = Math.floor((row.at - offsetMs) / slideMs) * slideMs + offsetMs
    for (; start + sizeMs > row.at; start -= slideMs) windows.set(start, [...(windows.get(start) ?? []), row])
  }
  return windows
}

function joinedWindow(key: string | number, start: number, rows: readonly Row[], join: JoinType): Pair[] {
  const lefts = rows.filter(({ side }) => side === 'l')
  const rights = rows.filter(({ side }) => side === 'r')
  if (lefts.length > 0 && rights.length > 0) return lefts.flatMap((l) => rights.map((r): Pair => [key, l.n, r.n, start]))
  const alone = [...(join === 'left' || join === 'full' ? lefts : []), ...(join === 'right' || join === 'full' ? rights : [])]
  return alone.map(({ side, n }): Pair => (side === 'l' ? [key, n, null, start] : [key, null, n, start]))
}

function temporalPairs(lefts: readonly Row[], rights: readonly Row[], join: 'inner' | 'left', deletes: boolean): Pair[] {
  const ofKey = byKey(rights)
  return lefts.flatMap((l): Pair[] => {
    const times = (ofKey.get(l.key) ?? []).filter(({ at }) => at <= l.at).map(({ at }) => at)
    const at = Math.max(...times)
    const isThere = times.length > 0 && !(deletes && at % 8 === 0)
    if (!isThere && join === 'inner') return []
    return [[l.key, l.n, isThere ? at : null]]
  })
}

function windowPairs(rows: readonly Row[], shape: Extract<JoinShape, { type: 'window' | 'coGroup' }>): Pair[] {
  const pairsOf = (key: string | number, start: number, its: readonly Row[]): Pair[] =>
    shape.type === 'window'
      ? joinedWindow(key, start, its, shape.join)
      : its.map(({ side, n }): Pair => (side === 'l' ? [key, n, null, start] : [key, null, n, start]))
  return [...byKey(rows)].flatMap(([key, its]) =>
    [...windowsOf(its, shape.window)].flatMap(([start, some]) => pairsOf(key as string | number, start, some)),
  )
}

/** The pairs of a job in which nothing is late, as texts, by comparing everything with everything. */
export function expectedPairs(config: Config): string[] {
  const { shape } = config
  const lefts = rowsOf('l', config.counts[0], config)
  const rights = rowsOf('r', config.counts[1], config)
  return pairsOf(lefts, rights, shape)
    .map((pair) => JSON.stringify(pair))
    .sort()
}

function pairsOf(lefts: readonly Row[], rights: readonly Row[], shape: JoinShape): Pair[] {
  switch (shape.type) {
    case 'interval':
      return intervalPairs(lefts, rights, shape.interval)
    case 'temporal':
      return temporalPairs(lefts, rights, shape.join, shape.deletes)
    case 'latest':
    case 'broadcast':
      return lefts.map(({ key, n }): Pair => [key, n, null])
    default:
      return windowPairs([...lefts, ...rights], shape)
  }
}
