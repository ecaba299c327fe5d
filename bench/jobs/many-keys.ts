import { defineJob, recordsOf, type Stream, value } from '../../src/index.ts'
import { draw, fieldSeed, recordSeed } from '../workloads/hash.ts'

export interface ManyKeysConfig {
  readonly count: number
  readonly keys: number
  /** 'every': running sums in a typed table, each step emitted. 'actor': a keyed actor with one value. */
  readonly kind: 'every' | 'actor'
}

const DRAW_KEY = fieldSeed(40)

/** Sums of records of random keys; what they emit is dropped in the same chain. */
export default defineJob<ManyKeysConfig>(import.meta, {
  build: ({ source, config: { count, keys, kind } }) => {
    const make = (n: number): { key: number; value: number } => ({ key: draw(recordSeed(n) + DRAW_KEY) % keys, value: n & 1023 })
    const keyed = source.generate('rows', { count, make }).keyBy('key')
    const steps: Stream<number> =
      kind === 'every'
        ? keyed
            .sum('value', { name: 'sum' })
            .toStream({ emit: 'every' })
            .map((row) => row.key)
        : keyed.process(
            {
              state: { sum: value<number>({ default: 0 }) },
              emits: recordsOf<number>(),
              onRecord(row, { state }) {
                state.sum.set(state.sum.get() + row.value)
              },
            },
            { name: 'sum' },
          )
    return { steps: steps.filter(() => false) }
  },
})
