import { defineJob, sink } from '../../../src/index.ts'

export interface EndlessConfig {
  readonly from: 'generate' | 'sync' | 'async' | 'silent'
  readonly path?: string
  /** Return the rows as an outlet. */
  readonly outlet?: boolean
}

function* numbers(): Generator<number> {
  for (let n = 0; ; n++) yield n
}

async function* numbersLater(): AsyncGenerator<number> {
  for (const n of numbers()) {
    if (n % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    yield n
  }
}

async function* nothing(): AsyncGenerator<number> {
  yield 0
  await new Promise(() => {})
}

/** Numbers from 0 without end. */
export default defineJob<EndlessConfig, any>(import.meta, {
  build: ({ source, config }) => {
    const { from, path, outlet = false } = config
    const open = { sync: numbers, async: numbersLater, silent: nothing }
    const rows =
      from === 'generate'
        ? source.generate('rows', { count: Infinity, make: (n) => n, parallelism: 1 })
        : source.iterable<number>('rows', { open: open[from] })
    if (path !== undefined) rows.map((n) => `${n}`).to(sink.file({ path, format: 'lines' }), { name: 'file' })
    const counted = rows.aggregate((a) => ({ rows: a.count() }), { name: 'count' }).toStream({ emit: 'changes' })
    return outlet ? { rows, counted } : { counted }
  },
})
