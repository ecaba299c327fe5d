/** An actor for each key, with state and timers: orders that are not paid in time are reminded of. */
import { defineJob, inlet, recordsOf, value } from 'millrace'

export interface Placed {
  readonly order: number
  readonly at: number
}

export interface Paid {
  readonly order: number
  readonly at: number
}

const PATIENCE_MS = 60_000

export default defineJob(import.meta, {
  inlets: {
    placed: inlet<Placed>({ eventTime: ({ at }) => at }),
    paid: inlet<Paid>({ eventTime: ({ at }) => at }),
  },
  build: ({ inlets }) => {
    const reminders = inlets.placed
      .keyBy('order')
      .connect(inlets.paid.keyBy('order'))
      .process({
        state: { due: value<number>(), paid: value<number>({ ttl: { ms: 24 * 3_600_000 } }) },
        emits: recordsOf<{ order: number; since: number }>(),
        onFirst({ at }, ctx) {
          const due = at + PATIENCE_MS
          const paid = ctx.state.paid.get()
          if (paid !== undefined && paid <= due) return
          ctx.state.due.set(due)
          ctx.timers.event.set(due)
        },
        // Payments may come before their order, and late ones before the watermark says that they are.
        onSecond({ at }, ctx) {
          const due = ctx.state.due.get()
          if (due === undefined) return ctx.state.paid.set(at)
          if (at > due) return
          ctx.timers.event.delete(due)
          ctx.state.due.clear()
        },
        onTimer(time, ctx) {
          ctx.emit({ order: ctx.key, since: time - PATIENCE_MS })
          ctx.state.due.clear()
        },
      })
    return { reminders }
  },
})
