/** Checkpoint trigger and handler: a checkpoint when a day is closed, and word of each, as a line on standard error. */
import { defineJob, inlet } from 'millrace'

export interface Entry {
  readonly account: string
  readonly cents: number
  /** The last entry of its day. */
  readonly closesDay?: boolean
}

export default defineJob(import.meta, {
  inlets: { entries: inlet<Entry>() },
  build: ({ inlets }) => {
    const balances = inlets.entries
      .withCheckpointing({
        trigger: ({ closesDay }, { request }) => {
          if (closesDay) request()
        },
        onCompleted: ({ id, tookMs }) => console.warn(`checkpoint ${id} complete in ${tookMs.toFixed(1)} ms`),
        onFailed: ({ id, reason }) => console.warn(`no checkpoint ${id}: ${reason}`),
      })
      .keyBy('account')
      .scan(
        () => 0,
        (balance, { cents }) => balance + cents,
      )
    return { balances }
  },
})
