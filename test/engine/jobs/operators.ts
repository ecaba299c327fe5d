import { appendFileSync } from 'node:fs'
import { defineJob, sink } from '../../../src/index.ts'
import type { OperatorActor, OperatorDefinition, Outlets } from '../../../src/index.ts'

export interface Row {
  readonly n: number
  readonly key: string
  readonly value: number
}

export const rowOf = (n: number): Row => ({ n, key: `k${n % 17}`, value: ((n * 7919) % 1000) / 4 - 50 })

/** Set of all values, as a custom aggregate: its accumulator is no number. */
export const distinct = {
  create: () => ({ values: [] as number[] }),
  add: (acc: { values: number[] }, row: Row) => (acc.values.includes(row.n % 5) ? acc : { values: [...acc.values, row.n % 5] }),
  merge: (a: { values: number[] }, b: { values: number[] }) => ({ values: [...new Set([...a.values, ...b.values])] }),
  result: (acc: { values: number[] }) => [...acc.values].sort((a, b) => a - b),
}

/** An operator of the user's own: emits every record twice, and how many there were at the end. */
class Twice implements OperatorActor {
  readonly #emit: (record: unknown, timestamp: number) => void
  #count = 0

  constructor(emit: (record: unknown, timestamp: number) => void) {
    this.#emit = emit
  }

  process(record: unknown, timestamp: number): void {
    this.#count++
    this.#emit(record, timestamp)
    this.#emit(record, timestamp)
  }

  onEnd(): 'done' {
    this.#emit({ n: -this.#count, key: 'end', value: 0 }, Number.NaN)
    return 'done'
  }
}

const twice: OperatorDefinition = { kind: 'twice', create: (_, context) => new Twice(context.emit) }

/** Every operator once, each with an outlet of its own. */
export default defineJob<{ readonly count: number; readonly log: string }, Outlets>(import.meta, {
  build: ({ source, config }): Outlets => {
    const { count, log } = config
    const rows = source.generate('rows', { count, make: rowOf })
    const iterated = source.iterable('iterated', { open: () => Array.from({ length: count }, (_, n) => rowOf(n)) })
    const byKey = rows.keyBy('key')
    const even = rows.filter((row) => row.n % 2 === 0)
    const odd = rows.filter((row) => row.n % 2 === 1, { parallelism: 1 })
    rows.filter((row) => row.n < 50).to(sink.forEach((row) => appendFileSync(log, `${row.n}\n`)))
    const sums = byKey.aggregate(
      (a) => ({
        n: a.count(),
        sum: a.sum('value'),
        min: a.min('value'),
        max: a.max('value'),
        avg: a.avg('value'),
        set: a.custom(distinct),
      }),
      { name: 'all' },
    )
    return {
      mapped: rows.map((row) => row.n * 2),
      filtered: even.map((row) => row.n),
      flattened: rows.flatMap((row) => Array.from({ length: row.n % 3 }, (_, i) => `${row.n}:${i}`)),
      union: rows.union(iterated).map((row) => row.n),
      branches: even.union(odd).map((row) => row.n),
      scanned: byKey.scan(
        () => ({ key: '', sum: 0 }),
        (state, row, key) => ({ key, sum: state.sum + row.n }),
      ),
      reduced: rows.keyBy((row) => BigInt(row.n % 3)).reduce((a, b) => (a.value > b.value ? a : b)),
      counts: rows
        .keyBy((row) => row.n % 4 === 0)
        .count()
        .toStream({ emit: 'final' }),
      tuples: rows
        .keyBy((row) => [row.n % 3, `${row.n % 2}`] as const)
        .sum('value')
        .toStream({ emit: 'final' }),
      every: byKey.max('n').toStream({ emit: 'every' }),
      changes: byKey.min('value').toStream({ emit: 'changes' }),
      avgs: byKey.avg('value'),
      sums: sums.toStream({ emit: 'final' }),
      global: rows.aggregate((a) => ({ n: a.count(), sum: a.sum('n') })).toStream({ emit: 'final' }),
      globalEvery: rows.aggregate((a) => ({ n: a.count() })).toStream({ emit: 'every' }),
      // A table that becomes a stream can be grouped again.
      again: byKey
        .count()
        .toStream({ emit: 'final' })
        .keyBy((row: { readonly count: number }) => row.count)
        .count()
        .toStream({ emit: 'final' }),
      twice: rows.transform(twice, {}, { name: 'twice', parallelism: 1 }).map((row) => (row as Row).n),
      none: rows
        .filter(() => false)
        .keyBy('key')
        .count()
        .toStream({ emit: 'final' }),
    }
  },
})
