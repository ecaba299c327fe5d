import { defineJob, inlet } from 'millrace'

interface Word {
  readonly text: string
}

export default defineJob(import.meta, {
  name: 'bundled',
  inlets: { words: inlet<Word>() },
  build: ({ inlets }) => {
    const counted = inlets.words.keyBy('text').aggregate((a) => ({ times: a.count() }))
    return { counted: counted.toStream({ emit: 'final' }) }
  },
})
