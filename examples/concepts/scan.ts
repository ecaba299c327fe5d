/** Scan: one state per key, and its value after every record. Here the balance of each account, step by step. */
import { defineJob, inlet } from 'millrace'

export interface Transfer {
  readonly account: string
  readonly cents: number
}

export default defineJob(import.meta, {
  inlets: { transfers: inlet<Transfer>() },
  build: ({ inlets }) => {
    const balances = inlets.transfers.keyBy('account').scan(
      () => ({ account: '', cents: 0 }),
      (balance, { account, cents }) => ({ account, cents: balance.cents + cents }),
    )
    return { balances }
  },
})
