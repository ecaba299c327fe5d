import { defineJob } from '../../../src/index.ts'
import type { Outlets } from '../../../src/index.ts'

export interface Entry {
  readonly account: string
  readonly cents: number
}

export interface LedgerConfig {
  /** 'renamed': the operator with state has another name; 'added': another operator stands before it, and a second one with state beside it. */
  readonly shape?: 'plain' | 'added' | 'renamed' | 'unnamed' | 'other-kind'
}

/** Balances by account, out of an inlet. */
export default defineJob<LedgerConfig, Outlets>(import.meta, {
  name: 'ledger',
  build: ({ inlet, config }): Outlets => {
    const { shape = 'plain' } = config
    const entries = inlet<Entry>('entries')
    const some = shape === 'plain' || shape === 'unnamed' ? entries : entries.filter(({ cents }) => cents !== 0)
    const keyed = some.keyBy('account')
    const name = shape === 'renamed' ? 'sums' : 'balances'
    const options = shape === 'unnamed' ? {} : { name }
    if (shape === 'other-kind') return { out: keyed.reduce((a, b) => ({ ...a, cents: a.cents + b.cents }), options) }
    const out = keyed.scan(
      () => ({ account: '', cents: 0 }),
      (before, { account, cents }) => ({ account, cents: before.cents + cents }),
      options,
    )
    if (shape !== 'added') return { out }
    return {
      out,
      counts: keyed.scan(
        () => 0,
        (n) => n + 1,
        { name: 'counts' },
      ),
    }
  },
})
