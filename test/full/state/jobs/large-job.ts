/** Each key is given a long text, and asked for it again when all others have come: a state of `keys` * `chars` bytes. */
import { defineJob, recordsOf, value } from '../../../../src/index.ts'

export interface LargeConfig {
  readonly keys: number
  readonly chars: number
  readonly rounds: number
}

const textOf = (key: number, chars: number): string => `${key} `.repeat(Math.ceil(chars / 2)).slice(0, chars)

export default defineJob<LargeConfig>(import.meta, {
  build: ({ source, config: { keys, chars, rounds } }) => {
    const told = source
      .generate('rows', { count: keys * rounds, make: (n) => ({ n, key: n % keys }) })
      .keyBy('key')
      .process(
        {
          state: { text: value<string>() },
          emits: recordsOf<number>(),
          onRecord({ n, key }, ctx) {
            const text = ctx.state.text.get()
            if (text !== undefined && text !== textOf(key, chars)) throw new Error(`key ${key} has another text`)
            ctx.state.text.set(textOf(key, chars))
            if (n % 1000 === 0) ctx.emit(n)
          },
        },
        { name: 'texts' },
      )
    return { told }
  },
})
