/**
 * A table of a table: how many customers have spent how much. Each order moves its customer from one class to another; the class that the customer
 * leaves is counted down. `changes()` shows what happens: rows that are inserted, updated (as they were, as they are) and deleted.
 */
import { defineJob, inlet } from 'millrace'

export interface Purchase {
  readonly customer: string
  readonly euros: number
}

export default defineJob(import.meta, {
  inlets: { purchases: inlet<Purchase>() },
  build: ({ inlets }) => {
    const customers = inlets.purchases.keyBy('customer').sum('euros')
    const classes = customers.groupBy(({ sum }) => (sum < 100 ? 'small' : 'large')).count()
    return { classes: classes.toStream({ emit: 'final' }), changes: classes.changes() }
  },
})
