import { existsSync, writeFileSync } from 'node:fs'
import { resourceLimits, threadId } from 'node:worker_threads'
import { defineJob } from '../../../src/index.ts'

export interface GreedyConfig {
  /** File that says that it has happened. */
  readonly marker: string
  /** Takes more than it said in each attempt, not only in the first. */
  readonly always: boolean
}

/** An operator on a worker of its own takes far more heap than it demands. */
export default defineJob(import.meta, {
  build: ({ source, config }) => {
    const { marker, always } = config as unknown as GreedyConfig
    const places = source
      .generate('rows', { count: 20_000, make: (n) => ({ n, made: threadId }), parallelism: 1 })
      .rebalance()
      .map(({ n, made }) => ({ n, place: `${made === threadId ? 'beside' : 'apart'}, ${resourceLimits.maxOldGenerationSizeMb} MB` }), {
        name: 'greedy',
        parallelism: 1,
        exclusive: true,
        demand: { heapBytes: 32 * 1024 * 1024 },
      })
      .tap(({ n }) => n === 10_000 && (always || !existsSync(marker)) && take(marker), { name: 'taking' })
      .rebalance()
      .filter(() => true, { name: 'beyond', affinity: 'rows', parallelism: 1 })
    return { places: places.keyBy('place').count({ parallelism: 1, affinity: 'rows' }).toStream({ emit: 'final' }) }
  },
})

function take(marker: string): void {
  writeFileSync(marker, '')
  const kept: unknown[] = []
  for (;;) kept.push(Array.from({ length: 1000 }, (_, i) => ({ i })))
}
