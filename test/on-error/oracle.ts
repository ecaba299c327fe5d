import { type ChainConfig, type LetterTotals, type OperatorPlan, type Row, type Totals, isBad, next } from './jobs/random-chain-job.ts'

export interface Expected {
  readonly totals: readonly Totals[]
  /** Sorted by key. */
  readonly letters: readonly LetterTotals[]
  /** Records left out, by operator. */
  readonly bad: Readonly<Record<string, number>>
}

/** What the chain gives, by plain loops: operator after operator, each over all its rows. */
export function expected({ count, operators }: ChainConfig): Expected {
  let rows: Row[] = Array.from({ length: count }, (_, id) => ({ id, key: id % 5, v: (id * 7919) % 1_000_003 }))
  const sides: Row[] = []
  const letters = new Map<string, Row[]>()
  const bad = Object.fromEntries(operators.map((_, i) => [`op${i}`, 0]))
  operators.forEach((plan, i) => {
    const apply = operator(plan)
    rows = rows.flatMap((row) => {
      const { on, side = [] } = apply(row)
      if (on === null) {
        bad[`op${i}`]!++
        const thrown = plan.kind === 'partition' || plan.kind === 'unsendable' ? 'MillraceError' : 'Bad'
        const key = `op${i} ${thrown}`
        if (plan.onError === 'deadLetter') letters.set(key, [...(letters.get(key) ?? []), row])
        return []
      }
      sides.push(...side)
      return on
    })
  })
  const all = [...rows, ...sides]
  return {
    totals: all.length === 0 ? [] : [totals(all)],
    bad,
    letters: [...letters].map(([key, theirs]) => ({ key, ...totals(theirs) })).sort((a, b) => (a.key < b.key ? -1 : 1)),
  }
}

function totals(rows: readonly Row[]): Totals {
  return {
    n: rows.length,
    ids: rows.reduce((sum, { id }) => sum + id, 0),
    values: rows.reduce((sum, { v }) => sum + v, 0),
  }
}

interface Outcome {
  /** Null: it threw. */
  readonly on: readonly Row[] | null
  readonly side?: readonly Row[]
}

/** One operator with its state. */
function operator(plan: OperatorPlan): (row: Row) => Outcome {
  const byKey = new Map<number, Row>()
  const counts = new Map<number, number>()
  const seen = new Set<string>()
  const count = (key: number): number => counts.set(key, (counts.get(key) ?? 0) + 1).get(key)!
  const good = (row: Row): Outcome => {
    switch (plan.kind) {
      case 'map':
        return { on: [next(row, 1)] }
      case 'filter':
        return { on: row.v % 3 === 0 ? [] : [row] }
      case 'tap':
        return { on: [row] }
      case 'flatMap':
        return { on: [next(row, 0), next(row, 1), next(row, 2)] }
      case 'split':
        return { on: [row] }
      case 'flatMapTo':
        return { on: [next(row, 1)], side: [next(row, 2)] }
      case 'scan':
      case 'reduce': {
        const before = byKey.get(row.key)
        const after = before === undefined && plan.kind === 'reduce' ? row : next(row, before?.v ?? 0)
        byKey.set(row.key, after)
        return { on: [after] }
      }
      case 'distinct': {
        const key = `${row.key} ${row.v % 50}`
        return { on: seen.has(key) ? [] : (seen.add(key), [row]) }
      }
      case 'keep': {
        const n = count(row.key)
        return { on: [next(row, n - 1), next(row, n)] }
      }
      case 'partition':
        return { on: [next(row, 5)] }
      case 'unsendable':
        return { on: [next(row, 6)] }
      case 'every': {
        const before = byKey.get(row.key)
        const after = { id: row.id, key: row.key, v: ((before?.v ?? 0) + row.v) % 1_000_003 }
        byKey.set(row.key, after)
        return { on: [next(after, count(row.key))] }
      }
    }
  }
  return (row) => {
    // The first branch of the split takes its records before the second one looks at them.
    if (plan.kind === 'split' && row.v % 2 === 0) return { on: [], side: [row] }
    return isBad(plan, row) ? { on: null } : good(row)
  }
}
