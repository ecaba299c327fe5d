import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nearestName } from '../../src/core/known-options.ts'
import { type BuildContext, type KeyedStream, type Stream, defineJob, inlet, launch, trigger, value, window } from '../../src/index.ts'

// Whoever writes plain JavaScript gets at run time what the compiler tells others: so nothing here has types.
// oxlint-disable-next-line typescript/no-explicit-any -- see above
type Untyped = any

interface Row {
  readonly k: string
  readonly n: number
}

type Case = (rows: Stream<Row>, context: BuildContext<unknown>, keyed: KeyedStream<Row, string>) => unknown

const wrong = (options: object): Untyped => options
const unused = (): never => undefined as never

const slips: Readonly<Record<string, readonly [meant: string, use: Case]>> = {
  map: ['name', (rows) => rows.map((row) => row, wrong({ nam: 'x' }))],
  filter: ['onError', (rows) => rows.filter(() => true, wrong({ onErorr: 'skip' }))],
  flatMap: ['parallelism', (rows) => rows.flatMap(() => [], wrong({ paralellism: 2 }))],
  tap: ['name', (rows) => rows.tap(() => {}, wrong({ Name: 'x' }))],
  mapAsync: ['inFlight', (rows) => rows.mapAsync(unused, wrong({ inflight: 3 }))],
  'retry of mapAsync': ['attempts', (rows) => rows.mapAsync(unused, { retry: wrong({ attempt: 3 }) })],
  prioritize: ['levels', (rows) => rows.prioritize(() => 0, wrong({ level: 3 }))],
  split: ['rest', (rows) => rows.split({ a: () => true }, wrong({ rst: 'b' }))],
  distinct: ['name', (rows) => rows.distinct('k', wrong({ names: 'x' }))],
  sample: ['every', (rows) => rows.sample(wrong({ evry: 3 }))],
  limit: ['name', (rows) => rows.limit(3, wrong({ nme: 'x' }))],
  partitionByTime: ['bucketMs', (rows) => rows.partitionByTime(wrong({ bucketsMs: 3, by: 'event' }))],
  withEventTime: ['disorderMs', (rows) => rows.withEventTime(() => 0, wrong({ disorder: 3, disorderMS: 3 }))],
  mergeByTime: ['lateRecords', (rows) => rows.mergeByTime(wrong({ lateRecord: 'drop' }))],
  withCheckpointing: ['onCompleted', (rows) => rows.withCheckpointing(wrong({ onComplete: unused }))],
  aggregate: ['name', (_, __, keyed) => keyed.aggregate((a) => ({ n: a.count() }), wrong({ nam: 'x' })).toStream({ emit: 'final' })],
  toStream: ['emit', (_, __, keyed) => keyed.count().toStream(wrong({ emits: 'final' }))],
  window: ['trigger', (_, __, keyed) => keyed.window(window.global(), wrong({ triger: trigger.count(3) }))],
  join: ['lateRecords', (_, __, keyed) => keyed.join(keyed, window.tumbling({ sizeMs: 1 }), wrong({ latRecords: 'drop' }))],
  intervalJoin: ['lowerMs', (_, __, keyed) => keyed.intervalJoin(keyed, wrong({ lowrMs: 0, upperMs: 1 }), unused)],
  joinLatest: ['isDelete', (_, __, keyed) => keyed.joinLatest(keyed, unused, wrong({ isDeleted: unused }))],
  lookup: ['cache', (rows) => rows.lookup('k', unused, unused, wrong({ cach: {} }))],
  'cache of lookup': ['ttlMs', (rows) => rows.lookup('k', unused, unused, { cache: wrong({ tlMs: 3 }) })],
  process: ['name', (_, __, keyed) => keyed.process({ onRecord: unused }, wrong({ nam: 'x' }))],
  state: ['version', (_, __, keyed) => keyed.updateState('s', value(wrong({ versoin: 2 })), unused)],
  'window.tumbling': ['sizeMs', () => window.tumbling(wrong({ sizeMS: 3 }))],
  'window.sliding': ['slideMs', () => window.sliding(wrong({ sizeMs: 3, slide: 3, slidMs: 3 }))],
  'window.session': ['gapMs', () => window.session(wrong({ gapsMs: 3 }))],
  'window.count': ['slide', () => window.count(3, wrong({ slid: 3 }))],
  'source.generate': ['rowsPerSecond', (_, { source }) => source.generate('g', wrong({ count: 1, make: unused, rowPerSecond: 3 }))],
  'source.timer': ['everyMs', (_, { source }) => source.timer('t', wrong({ evryMs: 3 }))],
  'source.iterable': ['resume', (_, { source }) => source.iterable('i', wrong({ open: unused, resum: 'skip' }))],
  'source.lines': ['onError', (_, { source }) => source.lines('l', wrong({ path: 'x', onErr: 'skip' }))],
  'source.csv': ['delimiter', (_, { source }) => source.csv('c', wrong({ path: 'x', delimeter: ';' }))],
  'source.jsonLines': ['glob', (_, { source }) => source.jsonLines('j', wrong({ globb: 'x' }))],
  'watch of lines': ['everyMs', (_, { source }) => source.lines('l', { glob: 'x', watch: wrong({ everMs: 3 }) })],
  'inlet of build': ['eventTime', (_, { inlet: add }) => add('n', wrong({ eventTimes: unused }))],
  inlet: ['eventTime', () => inlet(wrong({ evenTime: unused }))],
  'sink.file': ['path', (rows, { sink }) => rows.to(sink.file(wrong({ pth: 'x', format: 'lines' })))],
  'sink.files': ['partition', (rows, { sink }) => rows.to(sink.files(wrong({ dir: 'x', format: 'lines', partion: unused })))],
  'roll of sink.files': ['records', (rows, { sink }) => rows.to(sink.files({ dir: 'x', format: 'lines', roll: wrong({ record: 3 }) }))],
  'sink.consoleTable': ['columns', (rows, { sink }) => rows.to(sink.consoleTable(wrong({ column: ['k'] })))],
  'sink.forEachBatch': ['batchRecords', (rows, { sink }) => rows.to(sink.forEachBatch(unused, wrong({ batchRecord: 3 })))],
  'sink.nodeStream': ['format', (rows, { sink }) => rows.to(sink.nodeStream(unused, wrong({ fromat: 'csv' })))],
  onError: ['failAfter', (rows) => rows.map((row) => row, { onError: wrong({ failafter: { ratio: 0.1, over: 10 } }) })],
  'failAfter of onError': ['ratio', (rows) => rows.map((row) => row, { onError: { failAfter: wrong({ rato: 0.1, over: 10 }) } })],
  'deadLetter of onError': ['mask', (rows) => rows.map((row) => row, { onError: { deadLetter: wrong({ maks: ['k'] }) } })],
}

describe('an option that is none is refused with the one that was meant, and the place:', () => {
  test.each(Object.entries(slips))('%s', async (_, [meant, use]) => {
    const job = defineJob(import.meta, {
      build: (context) => {
        const rows = context.source.generate<Row>('rows', { count: 1, make: () => ({ k: 'a', n: 1 }), eventTime: () => 0 })
        const made = use(rows, context, rows.keyBy('k'))
        // Windows and joins are checked when they are made.
        void made
      },
    })
    const error = await job.buildGraph({}).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'MR_OPTION_INVALID', message: expect.stringContaining(`Did you mean "${meant}"?`) })
    expect((error as { site: string }).site).toMatch(/known-options\.test\.[jt]s:\d+:\d+$/)
  })
})

test('of launch and defineJob, too', async () => {
  const job = defineJob(import.meta, { build: ({ source }) => ({ rows: source.generate('rows', { count: 1, make: (n) => n }) }) })
  const refused = async (options: object) => launch(job, wrong(options)).catch((error: unknown) => error)
  const site = expect.stringMatching(/known-options\.test\.[jt]s:\d+:\d+$/) as string
  expect(await refused({ worker: 2 })).toMatchObject({ site, message: expect.stringContaining('Did you mean "workers"?') })
  expect(await refused({ restart: { backoff: { minMS: 1 } } })).toMatchObject({ message: expect.stringContaining('"minMs"?') })
  expect(await refused({ workers: 0 })).toMatchObject({ site, message: expect.stringContaining('workers=0') })
  expect(() => defineJob(import.meta, wrong({ bild: unused, build: unused }))).toThrow('Did you mean "build"?')
})

test('what resembles no option gets the list of them; what is no object is refused', async () => {
  const job = (options: Untyped) =>
    defineJob(import.meta, {
      build: ({ source }) => ({ rows: source.generate('rows', { count: 1, make: (n) => n }).map((n) => n, options) }),
    })
  await expect(job({ colour: 'red' }).buildGraph({})).rejects.toThrow('has no option "colour". It has name, parallelism, onError')
  for (const options of ['name', 3, null, ['name']])
    await expect(job(options).buildGraph({})).rejects.toMatchObject({ code: 'MR_OPTION_INVALID' })
})

test('whatever function, name or part is refused while the graph is built, the place is told', async () => {
  const refusals: readonly Case[] = [
    (rows) => rows.map(3 as never),
    (rows) => rows.keyBy(3 as never),
    (rows, { sink }) => rows.to(sink.forEach(3 as never)),
    () => window.tumbling({ sizeMs: -1 }),
    () => window.tumbling(undefined as never),
    () => trigger.count(0),
    (rows) => rows.map((row) => row, { name: '' }),
    (_, { source }) => source.generate('rows', { count: -1, make: unused }),
  ]
  for (const use of refusals) {
    const job = defineJob(import.meta, {
      build: (context) => {
        const rows = context.source.generate<Row>('rows', { count: 1, make: () => ({ k: 'a', n: 1 }) })
        use(rows, context, rows.keyBy('k'))
      },
    })
    const error = await job.buildGraph({}).catch((thrown: unknown) => thrown)
    expect((error as { site: string }).site, String(use)).toMatch(/known-options\.test\.[jt]s:\d+:\d+$/)
  }
})

test('one slip in a name of four letters or more is recognised', () => {
  const names = ['parallelism', 'onError', 'bufferRecords', 'levels', 'emit']
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.nat(), fc.constantFrom('drop', 'double', 'replace', 'case'), (name, at, slip) => {
      const i = at % name.length
      const middle = { drop: '', double: name[i]! + name[i]!, replace: '_', case: name[i]!.toUpperCase() }[slip]
      expect(nearestName(name.slice(0, i) + middle + name.slice(i + 1), names)).toBe(name)
    }),
  )
})
