import { defineJob } from '../../../src/index.ts'
import type { Outlets } from '../../../src/index.ts'
import { crashOnce } from './crash-once.ts'

export interface TickingConfig {
  readonly everyMs: number
  readonly count: number
  readonly crash?: { readonly at: number; readonly marker: string }
}

/** Ticks, and how many of them there were. */
export default defineJob<TickingConfig, Outlets>(import.meta, {
  build: ({ source, config: { crash, everyMs, count } }) => {
    const ticks = source.timer('ticks', { everyMs, count, eventTime: (tick) => tick.at }).map((tick) => {
      if (crash?.at === tick.n) crashOnce(crash.marker, 'throw')
      return tick
    })
    return { ticks, total: ticks.aggregate((a) => ({ ticks: a.count(), sum: a.sum('n') })).toStream({ emit: 'final' }) }
  },
})
