/**
 * Broadcast: each record to every actor of the next operator. A small stream that all of them must know, such as prices or rules, goes this way.
 */
import { defineJob, inlet } from 'millrace'
import { whereabouts } from './whereabouts.ts'

export interface Rule {
  readonly shop: string
  readonly maxCents: number
}

export default defineJob(import.meta, {
  inlets: { rules: inlet<Rule>() },
  build: ({ inlets }) => {
    const known = inlets.rules.broadcast().transform<{ readonly instance: number; readonly record: Rule }>(whereabouts)
    return { known }
  },
})
