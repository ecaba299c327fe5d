import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { defineJob } from '../../src/index.ts'

/** Instances of one source. */
const INSTANCES_MAX = 2_500

/** Sources that have a record once in a day, so many in all, each with its sink; with `collects`, each worker collects its garbage twice a second. */
export default defineJob<{ readonly idle: number; readonly collects: boolean }>(import.meta, {
  build: ({ source, sink, config: { idle, collects } }) => {
    const drop = sink.forEach(() => {})
    for (let left = idle; left > 0; left -= INSTANCES_MAX) {
      const parallelism = Math.min(left, INSTANCES_MAX)
      const paced = { parallelism, splits: parallelism, rowsPerSecond: parallelism / 86_400 }
      source.generate(`idle-${left}`, { count: 1_000_000, make: (n) => ({ n }), ...paced }).to(drop, { name: `sink-${left}`, parallelism })
    }
    if (!collects) return {}
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const make = (n: number): object => {
      collect()
      return { n }
    }
    source
      .generate('collecting', { count: Infinity, make, rowsPerSecond: 4, parallelism: 2, splits: 2 })
      .to(drop, { name: 'dropped', parallelism: 2 })
    return {}
  },
})
