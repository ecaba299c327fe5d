/** What a user would write, by file name; `main` ends with exit code 0 only if the job ran and its total is right. */

const JOB = `import { defineJob } from 'millrace'

interface Row {
  readonly shop: string
  readonly cents: number
}

export default defineJob(import.meta, {
  build: ({ source }) => {
    const rows = source.generate('rows', { count: 10_000, make: (n: number): Row => ({ shop: 'shop ' + (n % 7), cents: n }) })
    return { sums: rows.keyBy('shop').sum('cents').toStream({ emit: 'final' }) }
  },
})
`

const MAIN = `import { launch } from 'millrace'
import { httpSource } from 'millrace/http'
import job from './job.ts'

const run = await launch(job, { workers: 2 })
let shops = 0
let cents = 0
for await (const row of run.outlet('sums')) {
  shops += 1
  cents += row.sum
}
if (shops !== 7 || cents !== 49_995_000) throw new Error('shops=' + shops + ' cents=' + cents)
// Without the clients of other systems, which are optional: each entry loads, and has what it is for.
const ENTRIES = { http: 'httpSource', kafka: 'kafkaSource', postgres: 'postgresSink', parquet: 'parquetSource', testing: 'sourceKit', codec: 'BatchEncoder', ring: 'RingProducer' }
for (const [entry, name] of Object.entries(ENTRIES)) {
  const exported: Record<string, unknown> = await import('millrace/' + entry)
  if (typeof exported[name] !== 'function') throw new Error('millrace/' + entry + ' has no ' + name)
}
const orders = httpSource<number>({ port: 0, parse: Number })
if (orders.guarantee !== 'at-least-once') throw new Error(orders.guarantee)
console.log('done on ' + process.version)
`

const WRONG = `import { MillraceError, defineJob } from 'millrace'

// @ts-expect-error there is no such code
new MillraceError('MR_NO_SUCH_CODE', 'x')

export default defineJob(import.meta, {
  build: ({ source }) => {
    // @ts-expect-error a string cannot be summed
    source.generate('rows', { count: 1, make: (n: number) => ({ text: 'x' + n }) }).keyBy('text').sum('text')
  },
})
`

const compilerOptions = {
  target: 'es2023',
  module: 'nodenext',
  strict: true,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
  outDir: 'built',
  types: ['node'],
}

/** The files of the consumer; `typeRoots` is a folder that holds the types of Node.js. */
export function consumerFiles(typeRoots: string): Readonly<Record<string, string>> {
  return {
    'package.json': JSON.stringify({ name: 'consumer', private: true, type: 'module' }),
    'tsconfig.json': JSON.stringify({ compilerOptions: { ...compilerOptions, typeRoots: [typeRoots] }, include: ['*.ts'] }),
    'job.ts': JOB,
    'main.ts': MAIN,
    'wrong.ts': WRONG,
  }
}
