import { defineJob } from '../../src/index.ts'

/** What the newest record was: so that each is really made. */
const kept: { row: object | null } = { row: null }

/** Instances of one idle source. */
const INSTANCES_MAX = 2_500

/** One busy source with its sink, and so many that have a record once in a day. */
export default defineJob<{ readonly count: number; readonly idle: number }>(import.meta, {
  build: ({ source, sink, config: { count, idle } }) => {
    const keep = sink.forEach((row: object) => void (kept.row = row))
    source.generate('busy', { count, make: (n) => ({ n }), parallelism: 1 }).to(keep, { name: 'kept', parallelism: 1 })
    for (let left = idle; left > 0; left -= INSTANCES_MAX) {
      const instances = Math.min(left, INSTANCES_MAX)
      const rowsPerSecond = instances / 86_400
      const settings = { parallelism: instances, splits: instances, rowsPerSecond }
      source
        .generate(`idle-${left}`, { count: 1_000_000, make: (n) => ({ n }), ...settings })
        .to(keep, { name: `sink-${left}`, parallelism: instances })
    }
    return {}
  },
})
