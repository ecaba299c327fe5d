import { appendFileSync } from 'node:fs'
import { defineJob } from '../../../src/index.ts'
import type { Outlets } from '../../../src/index.ts'
import type { OperatorContext, OperatorDefinition } from '../../../src/index.ts'

/** Fails to open in instance 0 of the first attempt, while instance 1 takes its time. Keeps a diary of what was opened and closed. */
const opening: OperatorDefinition = {
  kind: 'opening',
  create: (spec, { index, attempt, emit }: OperatorContext) => {
    const note = (text: string): void => appendFileSync(spec['diary'] as string, `${text} ${index} in attempt ${attempt}\n`)
    return {
      open: async () => {
        if (attempt === 1 && index === 0) throw new RangeError('planned')
        if (attempt === 1) await new Promise((resolve) => setTimeout(resolve, 200))
        note('open')
      },
      process: (record, timestamp) => emit(record, timestamp),
      close: () => note('close'),
    }
  },
}

export default defineJob<{ diary: string }, Outlets>(import.meta, {
  build: ({ source, config }) => {
    async function* slowly(): AsyncGenerator<number> {
      for (let n = 0; n < 30; n++) yield new Promise<number>((resolve) => setTimeout(() => resolve(n), 20))
    }
    const rows = source.iterable<number>('rows', { open: slowly }).map((n) => n, { parallelism: 2 })
    return {
      rows: rows.transform(opening, { diary: config.diary }).transform({ ...opening, kind: 'opening-too' }, { diary: config.diary }),
    }
  },
})
