import { existsSync, writeFileSync } from 'node:fs'
import { defineJob, sink } from '../../../src/index.ts'
import type { OperatorDefinition, Outlets } from '../../../src/index.ts'

export interface EndlessConfig {
  readonly from: 'generate' | 'sync' | 'async' | 'silent'
  readonly path?: string
  /** Return the rows as an outlet. */
  readonly outlet?: boolean
  /** Fails once when the input has ended, and remembers that in a file. */
  readonly marker?: string
}

/** Passes everything on; throws at its first end. */
function endsBadlyOnce(marker: string): OperatorDefinition {
  return {
    kind: 'endsBadlyOnce',
    create: (_, context) => ({
      process: (record, timestamp) => context.emit(record, timestamp),
      onEnd: () => {
        if (existsSync(marker)) return 'done'
        writeFileSync(marker, '')
        throw new Error('planned')
      },
    }),
  }
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
export default defineJob<EndlessConfig, Outlets>(import.meta, {
  build: ({ source, config }): Outlets => {
    const { from, path, outlet = false, marker } = config
    const open = { sync: numbers, async: numbersLater, silent: nothing }
    const made =
      from === 'generate'
        ? source.generate('rows', { count: Infinity, make: (n) => n, parallelism: 1 })
        : source.iterable<number>('rows', { open: open[from] })
    const rows = marker === undefined ? made : made.transform<number>(endsBadlyOnce(marker), {}, { name: 'ends-badly' })
    if (path !== undefined) rows.map((n) => `${n}`).to(sink.file({ path, format: 'lines' }), { name: 'file' })
    const counted = rows.aggregate((a) => ({ rows: a.count() }), { name: 'count' }).toStream({ emit: 'changes' })
    return outlet ? { rows, counted } : { counted }
  },
})
