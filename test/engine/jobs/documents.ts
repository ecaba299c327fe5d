import { defineJob } from '../../../src/index.ts'
import type { Outlets } from '../../../src/index.ts'

interface Document {
  readonly n: number
  readonly text: string
}

/** Documents that are pushed, or made: a batch of short ones, then long ones. All of them cross a ring. */
export default defineJob<{ pushed: boolean; count: number; characters: number }, Outlets>(import.meta, {
  build: ({ source, inlet, config: { pushed, count, characters } }) => {
    const make = (n: number): Document => ({ n, text: `${n}`.padEnd(n < count / 2 ? 4 : characters) })
    const documents = pushed ? inlet<Document>('documents') : source.generate('documents', { count, splits: 1, parallelism: 1, make })
    const crossed = documents.keyBy(() => 1).reduce((_, document) => document)
    return { lengths: crossed.map(({ n, text }) => ({ n, length: text.length })) }
  },
})
