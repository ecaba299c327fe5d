import { type Config, type Pair, type Row, rowOf } from './jobs/joins-job.ts'

function rowsOf(side: 'l' | 'r', count: number, config: Config): Row[] {
  return Array.from({ length: count }, (_, n) => rowOf(side, n, config))
}

function byKey(rows: readonly Row[]): Map<unknown, Row[]> {
  const groups = new Map<unknown, Row[]>()
  for (const row of rows) groups.set(row.key, [...(groups.get(row.key) ?? []), row])
  return groups
}

function intervalPairs(lefts: readonly Row[], rights: readonly Row[], { shape }: Config): Pair[] {
  const { lowerMs, upperMs, lowerExclusive = false, upperExclusive = false } = shape.interval
  const joins = (distance: number): boolean =>
    (lowerExclusive ? distance > lowerMs : distance >= lowerMs) && (upperExclusive ? distance < upperMs : distance <= upperMs)
  const ofKey = byKey(rights)
  return lefts.flatMap((l) => (ofKey.get(l.key) ?? []).filter((r) => joins(r.at - l.at)).map((r): Pair => [l.key, l.n, r.n]))
}

/** The pairs of a job in which nothing is late, as texts, by comparing everything with everything. */
export function expectedPairs(config: Config): string[] {
  const lefts = rowsOf('l', config.counts[0], config)
  const rights = rowsOf('r', config.counts[1], config)
  return intervalPairs(lefts, rights, config)
    .map((pair) => JSON.stringify(pair))
    .sort()
}
