import { defineJob, sink } from '../../../src/index.ts'
import type { Outlets } from '../../../src/index.ts'

export interface RecordsConfig {
  readonly bad:
    | 'none'
    | 'function'
    | 'instance'
    | 'symbol'
    | 'symbolKey'
    | 'cycle'
    | 'nan'
    | 'object-key'
    | 'sum-text'
    | 'sum-missing'
    | 'changes'
  /** How the record with the bad value goes on. */
  readonly via?: 'keyBy' | 'outlet' | 'rebalance'
}

const BAD_ROW = 1_500

class Money {
  readonly cents = 1
}

function valueOf(bad: RecordsConfig['bad']): unknown {
  const cycle: { self?: unknown } = {}
  cycle.self = cycle
  const values: Partial<Record<RecordsConfig['bad'], unknown>> = {
    function: () => 1,
    instance: new Money(),
    symbol: Symbol('s'),
    symbolKey: { [Symbol('k')]: 1 },
    cycle,
  }
  return values[bad] ?? 'fine'
}

/** 2,000 records, one of which holds something that it must not. */
export default defineJob<RecordsConfig, Outlets>(import.meta, {
  build: ({ source, config }): Outlets => {
    const { bad, via = 'keyBy' } = config
    const rows = source.generate('rows', { count: 2_000, make: (n) => n, parallelism: 1 }).map(
      (n) => {
        const isBad = n === BAD_ROW
        const key: unknown = isBad && bad === 'nan' ? NaN : isBad && bad === 'object-key' ? { no: 'key' } : n % 5
        return {
          n,
          key,
          amount: isBad && bad === 'sum-text' ? '7' : isBad && bad === 'sum-missing' ? undefined : 7,
          nested: { list: [1, isBad ? valueOf(bad) : 'fine'] },
        }
      },
      { name: 'makes' },
    )
    if (via === 'outlet') return { rows }
    if (via === 'rebalance') {
      rows.to(
        sink.forEach((row) => void row),
        { name: 'reader' },
      )
      return {}
    }
    const keyed = rows.keyBy((row) => row.key as number)
    if (bad === 'changes') {
      return {
        steps: keyed.scan(
          () => 0,
          (_, row) => ((row as { n: number }).n = 1),
          { name: 'changer' },
        ),
      }
    }
    const steps = keyed.scan(
      () => 0,
      (count) => count + 1,
      { name: 'reader' },
    )
    const sums = keyed.sum('amount' as never, { name: 'sums' }).toStream({ emit: 'final' })
    return { steps, sums }
  },
})
