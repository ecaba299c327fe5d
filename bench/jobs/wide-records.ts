import { defineJob } from '../../src/index.ts'

export interface WideRecordsConfig {
  readonly count: number
  /** Numbers in a record. */
  readonly fields: number
  /** Characters of a text in it, which is another one in each record; 0: there is none. */
  readonly characters: number
}

type Row = Record<string, number | string>

/** The newest record of this thread: whoever keeps a record reads all of it. */
const kept: { record: Row | null } = { record: null }

/** Whole records that go from one worker to another. */
export default defineJob<WideRecordsConfig>(import.meta, {
  build: ({ source, config: { count, fields, characters } }) => {
    const names = Array.from({ length: fields }, (_, i) => `f${i}`)
    // As if somebody had written it down: a loop over names would cost more than what it is to measure.
    // oxlint-disable-next-line typescript/no-implied-eval
    const numbers = new Function('n', `return { ${names.map((name, i) => `${name}: n + ${i}`).join(', ')} }`) as (n: number) => Row
    const filling = 'x'.repeat(characters)
    const make = (n: number): Row => {
      const row = numbers(n)
      if (characters > 0) row['text'] = (String(n % 1_000_000) + filling).slice(0, characters)
      return row
    }
    const rows = source.generate('rows', { count, make }).rebalance()
    return { none: rows.tap((row) => void (kept.record = row)).filter(() => false) }
  },
})
