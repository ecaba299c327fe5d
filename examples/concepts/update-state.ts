/** Update and query state: one stream keeps a state for each key, another asks for it. Here the latest rate of each currency, and payments valued by it. */
import { defineJob, inlet, value } from 'millrace'

export interface Rate {
  readonly currency: string
  readonly perUnit: number
}

export interface Payment {
  readonly id: number
  readonly currency: string
  readonly amount: number
}

export default defineJob(import.meta, {
  inlets: { rates: inlet<Rate>(), payments: inlet<Payment>() },
  build: ({ inlets }) => {
    const latest = inlets.rates
      .keyBy('currency')
      .updateState('rate', value<number>({ default: 1 }), ({ perUnit }, rate) => rate.set(perUnit), { name: 'latest' })
    const valued = inlets.payments.keyBy('currency').queryState(latest, ({ id, amount }, rate) => ({ id, worth: amount * rate.get() }))
    // From outside: await run.query('latest', 'rate', 'EUR')
    return { valued }
  },
})
