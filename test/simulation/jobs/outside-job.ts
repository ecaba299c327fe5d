import { setTimeout as delay } from 'node:timers/promises'
import { defineJob } from '../../../src/index.ts'

async function* ticks(count: number): AsyncGenerator<{ n: number }> {
  for (let n = 0; n < count; n++) {
    if (n % 10 === 3) await delay(2)
    yield { n }
  }
}

/** Input that comes from the outside world: promises that real timers settle. */
export default defineJob<{ count: number; mutate: boolean; path: string | null }>(import.meta, {
  build: ({ source, config: { count, mutate, path } }) => {
    const all = source.iterable('ticks', { open: () => ticks(count) }).map((tick) => {
      if (mutate) (tick as { n: number }).n++
      return tick
    })
    const lines = path === null ? all.map(() => '').filter(() => false) : source.lines('lines', { path })
    return { all, lines }
  },
})
