import { defineJob, recordsOf, value, window } from '../../../src/index.ts'

export interface Visit {
  readonly who: string
  readonly at: number
}

/** What one can keep by key: scan, an aggregate, an actor with state and timers, windows. */
export default defineJob(import.meta, {
  name: 'forgetting',
  build: ({ inlet }) => {
    const byWho = inlet<Visit>('visits', { eventTime: ({ at }) => at }).keyBy('who')
    const scanned = byWho.scan(
      () => ({ who: '', n: 0 }),
      (before, { who }) => ({ who, n: before.n + 1 }),
      { name: 'scanned' },
    )
    const counted = byWho.aggregate((a) => ({ n: a.count() }), { name: 'counted' }).toStream({ emit: 'final' })
    const seen = byWho.process(
      {
        state: { visits: value<number>() },
        emits: recordsOf<{ who: string; n: number; late: boolean }>(),
        onRecord: ({ who }, ctx) => {
          ctx.state.visits.set((ctx.state.visits.get() ?? 0) + 1)
          ctx.timers.event.set(1_000_000)
          ctx.emit({ who, n: ctx.state.visits.get()!, late: false })
        },
        onTimer: (_, ctx) => ctx.emit({ who: String(ctx.key), n: ctx.state.visits.get() ?? -1, late: true }),
      },
      { name: 'seen' },
    )
    const windowed = byWho.window(window.tumbling({ sizeMs: 100_000 })).aggregate((a) => ({ n: a.count() }), { name: 'windowed' })
    return { scanned, counted, seen, windowed }
  },
})
