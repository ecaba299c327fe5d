import { defineJob } from '../../../src/index.ts'

export interface Mixed {
  readonly id: number
  readonly key: string
  readonly value: number
}

export interface MixedConfig {
  readonly count: number
  readonly splits: number
  /** Source rows that throw, the first time that they come. */
  readonly throwAt: readonly number[]
  /** Throws are counted here, by name, across attempts. */
  readonly run: string
}

/** Throws that have happened, by run: the variables of a module are shared by all simulated threads, and outlive attempts. */
export const thrown = new Map<string, Set<number>>()

function failOnce(run: string, rows: readonly number[], id: number): void {
  if (!rows.includes(id)) return
  if (!thrown.has(run)) thrown.set(run, new Set())
  const before = thrown.get(run)!
  if (before.has(id)) return
  before.add(id)
  throw new Error(`record ${id} fails once`)
}

export function row(id: number): Mixed {
  return { id, key: `k${id % 13}`, value: (id * 7919) % 101 }
}

/** Sums, counts, running sums, a union, flatMap, a second exchange: everything that has state, in one job, each with an outlet of final results. */
export default defineJob<MixedConfig>(import.meta, {
  build: ({ source, config }) => {
    const { count, splits, throwAt, run } = config
    const rows = source.generate<Mixed>('rows', { count, splits, make: row })
    const checked = rows.map((record) => {
      failOnce(run, throwAt, record.id)
      return { ...record }
    })
    const others = source.generate<Mixed>('others', { count: Math.floor(count / 3), splits: 3, make: (id) => row(id + 5) })
    const doubled = others.flatMap((record) => (record.id % 2 === 0 ? [record, { ...record, value: 1 }] : []))
    const all = checked.union(doubled)
    const sums = all.keyBy('key').sum('value').toStream({ emit: 'final' })
    const counts = all
      .filter((record) => record.value % 2 === 1)
      .keyBy((record) => record.value % 5)
      .count()
      .toStream({ emit: 'final' })
    const running = checked
      .keyBy('key')
      .scan(
        () => ({ key: '', steps: 0, sum: 0 }),
        (state, record) => ({ key: record.key, steps: state.steps + 1, sum: state.sum + record.value }),
      )
      .keyBy('key')
      .aggregate((a) => ({ last: a.max('sum'), steps: a.count() }))
      .toStream({ emit: 'final' })
    const total = all.aggregate((a) => ({ n: a.count(), sum: a.sum('value'), least: a.min('value') })).toStream({ emit: 'final' })
    return { sums, counts, running, total }
  },
})

/** What the job gives, by plain loops. */
export function oracle(count: number): Record<string, unknown[]> {
  const checked = Array.from({ length: count }, (_, id) => row(id))
  const others = Array.from({ length: Math.floor(count / 3) }, (_, id) => row(id + 5))
  const doubled = others.flatMap((record) => (record.id % 2 === 0 ? [record, { ...record, value: 1 }] : []))
  const all = [...checked, ...doubled]
  const sums = new Map<string, number>()
  for (const { key, value } of all) sums.set(key, (sums.get(key) ?? 0) + value)
  const counts = new Map<number, number>()
  for (const { value } of all) if (value % 2 === 1) counts.set(value % 5, (counts.get(value % 5) ?? 0) + 1)
  const running = new Map<string, { last: number; steps: number }>()
  for (const { key, value } of checked) {
    const { last, steps } = running.get(key) ?? { last: 0, steps: 0 }
    running.set(key, { last: last + value, steps: steps + 1 })
  }
  return sorted({
    sums: [...sums].map(([key, sum]) => ({ key, sum })),
    counts: [...counts].map(([key, n]) => ({ key, count: n })),
    running: [...running].map(([key, { last, steps }]) => ({ key, last, steps })),
    total:
      all.length === 0
        ? []
        : [{ n: all.length, sum: all.reduce((sum, { value }) => sum + value, 0), least: Math.min(...all.map(({ value }) => value)) }],
  })
}

/** In one order, since outlets promise none. */
export function sorted(outlets: Readonly<Record<string, readonly unknown[]>>): Record<string, unknown[]> {
  const text = (record: unknown): string => JSON.stringify(record)
  return Object.fromEntries(
    Object.entries(outlets).map(([name, records]) => [name, records.toSorted((a, b) => (text(a) < text(b) ? -1 : 1))]),
  )
}
