import { defineJob, recordsOf, value } from '../../src/index.ts'
import { draw, fieldSeed, recordSeed } from '../workloads/hash.ts'

export interface LargeStateConfig {
  readonly count: number
  readonly keys: number
  /** Of the text that is kept for each key. */
  readonly characters: number
}

const DRAW_KEY = fieldSeed(41)

/** A keyed actor that keeps a text for each key, and replaces it with every record: first all keys in turn, then random ones. */
export default defineJob<LargeStateConfig>(import.meta, {
  build: ({ source, config: { count, keys, characters } }) => {
    const filling = 'state '.repeat(Math.ceil(characters / 6))
    const make = (n: number): { key: number; n: number } => ({ key: n < keys ? n : draw(recordSeed(n) + DRAW_KEY) % keys, n })
    const rows = source.generate('rows', { count, make }).keyBy('key')
    const none = rows.process(
      {
        state: { text: value<string>() },
        emits: recordsOf<number>(),
        onRecord: ({ n }, { state }) => state.text.set((String(n) + filling).slice(0, characters)),
      },
      { name: 'texts' },
    )
    return { none }
  },
})
