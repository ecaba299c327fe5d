import { defineJob } from '../../src/index.ts'

/** What the newest record came to: so that the work is really done. */
const kept = { sum: 0 }

function work(n: number, rounds: number): number {
  let sum = n
  for (let round = 0; round < rounds; round++) sum = (Math.imul(sum, 1664525) + 1013904223) | 0
  return sum
}

/** So many sources that compute much for each record, and a source that hardly has any. */
export default defineJob<{ readonly heavy: number; readonly rounds: number }>(import.meta, {
  build: ({ source, sink, config: { heavy, rounds } }) => {
    const keep = sink.forEach((sum: number) => void (kept.sum ^= sum))
    for (let chain = 0; chain < heavy; chain++)
      source
        .generate(`heavy-${chain}`, { count: Infinity, make: (n) => n, parallelism: 1 })
        .map((n) => work(n, rounds), { name: `work-${chain}` })
        .to(keep, { name: `kept-${chain}`, parallelism: 1 })
    source
      .generate('light', { count: Infinity, make: (n) => n, parallelism: 1, rowsPerSecond: 100 })
      .to(keep, { name: 'kept-light', parallelism: 1 })
    return {}
  },
})
