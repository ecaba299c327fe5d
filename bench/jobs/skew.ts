import { z } from 'zod'
import { defineJob } from '../../src/index.ts'

const KEYS = 100_000
const TABLE = 1 << 20

export type Skew = 'uniform' | 'zipf' | 'half'

/** Keys in an order of chance, made before: what it costs to draw one is the same for all. */
function keysOf(skew: Skew): Int32Array {
  let state = 1
  const random = (): number => ((state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0), state / 2 ** 32)
  const uniform = (): number => Math.floor(random() * KEYS)
  if (skew === 'uniform') return Int32Array.from({ length: TABLE }, uniform)
  if (skew === 'half') return Int32Array.from({ length: TABLE }, () => (random() < 0.5 ? 7 : uniform()))
  const sums = new Float64Array(KEYS)
  for (let rank = 0; rank < KEYS; rank++) sums[rank] = (rank === 0 ? 0 : sums[rank - 1]!) + (rank + 1) ** -1.2
  const drawn = (): number => {
    const at = random() * sums[KEYS - 1]!
    let [low, high] = [0, KEYS - 1]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (sums[middle]! < at) low = middle + 1
      else high = middle
    }
    return low
  }
  return Int32Array.from({ length: TABLE }, drawn)
}

export default defineJob(import.meta, {
  name: 'skew',
  config: z.object({ skew: z.enum(['uniform', 'zipf', 'half']), count: z.number() }),
  build: ({ source, config }) => {
    const { skew, count } = config
    let keys: Int32Array | null = null
    const make = (n: number): { key: number; value: number } => ({ key: (keys ??= keysOf(skew))[n & (TABLE - 1)]!, value: n & 1_023 })
    const result = source
      .generate('records', { count, make })
      .keyBy('key')
      .aggregate((a) => ({ records: a.count(), total: a.sum('value') }), { name: 'sums' })
      .toStream({ emit: 'final' })
      .aggregate((a) => ({ records: a.sum('records') }), { name: 'check' })
      .toStream({ emit: 'final' })
    return { result }
  },
})
