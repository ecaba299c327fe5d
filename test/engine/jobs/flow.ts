import { defineJob } from '../../../src/index.ts'
import type { Outlets } from '../../../src/index.ts'

export interface FlowConfig {
  /** 'shuffle': so many sources, each with a channel to each of so many sums. 'stuck': so many sources with a sink each, and one whose sink stands still until it is let go on. */
  readonly kind: 'shuffle' | 'stuck'
  readonly instances: number
  /** Records of a source. */
  readonly records: number
  readonly words: SharedArrayBuffer
}

/** Words that the job shares with its test: 1 lets the stuck sink go on; records that the others, and it, have taken. */
export const GATE = 0
export const TAKEN = 1
export const TAKEN_LATE = 2

export const KEYS = 10_000

let opened: Promise<void> | null = null

/** Resolves when the test says so. */
function whenOpen(words: Int32Array): Promise<void> {
  opened ??= new Promise((resolve) => {
    const look = setInterval(() => {
      if (Atomics.load(words, GATE) === 0) return
      clearInterval(look)
      resolve()
    }, 2)
  })
  return opened
}

export default defineJob<FlowConfig, Outlets>(import.meta, {
  build: ({ source, sink, config: { kind, instances, records, words: shared } }): Outlets => {
    const words = new Int32Array(shared)
    const text = 'some text, so that records have a size'
    if (kind === 'shuffle') {
      const count = instances * records
      const rows = source.generate('rows', {
        count,
        make: (n) => ({ key: n % KEYS, one: 1, text }),
        parallelism: instances,
        splits: instances,
      })
      const sums = rows.keyBy('key').sum('one', { name: 'sums', parallelism: instances })
      return { last: sums.toStream({ emit: 'every' }).filter(({ sum }) => sum === count / KEYS) }
    }
    const late = sink.forEach(() => whenOpen(words).then(() => void Atomics.add(words, TAKEN_LATE, 1)))
    source
      .generate('stuck', { count: records, make: (n) => ({ n, text }), parallelism: 1 })
      .rebalance()
      .to(late, { name: 'late', parallelism: 1 })
    for (let i = 0; i < instances; i++) {
      const take = sink.forEach(() => void Atomics.add(words, TAKEN, 1))
      source
        .generate(`rows-${i}`, { count: records, make: (n) => ({ n, text }), parallelism: 1 })
        .rebalance()
        .to(take, { name: `sink-${i}`, parallelism: 1 })
    }
    return {}
  },
})
