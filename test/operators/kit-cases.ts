/** A case of the operator kit for each built-in operator that has a life of its own. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { parquetSource } from '../../src/connectors/parquet/index.ts'
import { type OutputType, type Processed, aggregating, list, map, recordsOf, reducing, value } from '../../src/index.ts'
import { type KitBuilt, type KitContext, type KitOptions, type Step, latestByKey } from '../../src/testing/index.ts'
import { ACTORS_OF_TWO } from './actor-kit-cases.ts'
import { JOINS } from './join-kit-cases.ts'
import { WINDOWS } from './window-kit-cases.ts'

interface Sale {
  readonly shop: string
  readonly town: string
  readonly cents: number
}

export interface KitCase {
  readonly name: string
  readonly build: (context: KitContext) => KitBuilt
  readonly script: readonly Step[]
  readonly options?: KitOptions
  /** Records of the outlets; with a view, what it makes of them. */
  readonly expected: Readonly<Record<string, readonly unknown[]>>
}

const sale = (shop: string, cents: number, town = 'x'): Sale => ({ shop, cents, town })
const SALES = [sale('a', 5), sale('b', 7), sale('a', 1), sale('c', 9, 'y'), sale('b', 2), sale('a', 5)]
const END: Step = { end: true }

/** Records with event times 0, 10, 20 ..., a watermark and a tick of the clock after every third. */
function scripted(records: readonly unknown[]): Step[] {
  const steps = records.flatMap((record, i): Step[] => {
    const step = { record, timestamp: 10 * i }
    return i % 3 === 2 ? [step, { watermark: 10 * i - 5 }, { advanceMs: 7 }] : [step]
  })
  return [...steps, END]
}

const turns = (count: number): Step[] => Array.from({ length: count }, () => ({ turns: 1 }))

function textFile(name: string, lines: readonly string[]): string {
  const path = join(mkdtempSync(join(tmpdir(), 'millrace-kit-')), name)
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
  return path
}

function parquetFile(name: string, numbers: readonly number[]): string {
  const path = join(mkdtempSync(join(tmpdir(), 'millrace-kit-')), name)
  writeFileSync(path, Buffer.from(parquetWriteBuffer({ columnData: [{ name: 'n', data: [...numbers], type: 'INT32' }] })))
  return path
}

const byKey: KitOptions = { view: latestByKey<{ key: string }>('key') }

const KEYED: readonly KitCase[] = [
  {
    name: 'scan',
    build: ({ input }) =>
      input<Sale>()
        .keyBy('shop')
        .scan(
          () => ({ sum: 0 }),
          ({ sum }, { cents }, key) => ({ key, sum: sum + cents }),
        ),
    script: scripted(SALES),
    expected: {
      out: [
        { key: 'a', sum: 5 },
        { key: 'b', sum: 7 },
        { key: 'a', sum: 6 },
        { key: 'c', sum: 9 },
        { key: 'b', sum: 9 },
        { key: 'a', sum: 11 },
      ],
    },
  },
  {
    name: 'scan, skipping records whose function throws',
    build: ({ input }) =>
      input<Sale>()
        .keyBy('shop')
        .scan(
          () => 0,
          (sum, { cents }) => (cents === 1 ? (JSON.parse('{') as number) : sum + cents),
          { onError: 'skip' },
        ),
    script: scripted(SALES),
    expected: { out: [5, 7, 9, 9, 10] },
  },
  {
    name: 'reduce, by keys of all kinds',
    build: ({ input }) =>
      input<{ key: string | number | bigint | boolean; n: number }>()
        .keyBy(({ key }) => key)
        .reduce((a, b) => ({ key: a.key, n: a.n + b.n })),
    script: scripted([1, '1', 1n, true, 1, '1', 1n, true].map((key, i) => ({ key, n: i }))),
    expected: {
      out: [
        { key: 1, n: 0 },
        { key: '1', n: 1 },
        { key: 1n, n: 2 },
        { key: true, n: 3 },
        { key: 1, n: 4 },
        { key: '1', n: 6 },
        { key: 1n, n: 8 },
        { key: true, n: 10 },
      ],
    },
  },
  {
    name: 'distinct',
    build: ({ input }) => input<Sale>().distinct('shop'),
    script: scripted(SALES),
    expected: { out: [SALES[0], SALES[1], SALES[3]] },
  },
]

const COUNTING: readonly KitCase[] = [
  {
    name: 'sample, every second',
    build: ({ input }) => input<Sale>().sample({ every: 2 }),
    script: scripted(SALES),
    expected: { out: [SALES[1], SALES[3], SALES[5]] },
  },
  {
    name: 'limit',
    build: ({ input }) => input<Sale>().limit(4),
    script: scripted(SALES),
    expected: { out: SALES.slice(0, 4) },
  },
  {
    name: 'enumerate',
    build: ({ input }) => input<Sale>().enumerate(),
    script: scripted(SALES),
    expected: { out: SALES.map((record, index) => ({ index, record })) },
  },
]

const TOTALS = [
  { key: 'a', n: 3, cents: 11, most: 5 },
  { key: 'b', n: 2, cents: 9, most: 7 },
  { key: 'c', n: 1, cents: 9, most: 9 },
]
const totals = ({ input }: KitContext) =>
  input<Sale>()
    .keyBy('shop')
    .aggregate((a) => ({ n: a.count(), cents: a.sum('cents'), most: a.max('cents') }))

const TABLES: readonly KitCase[] = [
  {
    name: 'aggregate, every step',
    build: (context) => totals(context).toStream({ emit: 'every' }),
    script: scripted(SALES),
    expected: {
      out: [
        { key: 'a', n: 1, cents: 5, most: 5 },
        { key: 'b', n: 1, cents: 7, most: 7 },
        { key: 'a', n: 2, cents: 6, most: 5 },
        { key: 'c', n: 1, cents: 9, most: 9 },
        { key: 'b', n: 2, cents: 9, most: 7 },
        { key: 'a', n: 3, cents: 11, most: 5 },
      ],
    },
  },
  {
    name: 'aggregate, changes',
    build: (context) => totals(context).toStream({ emit: 'changes' }),
    script: scripted(SALES),
    options: byKey,
    expected: { out: TOTALS },
  },
  {
    name: 'aggregate, final',
    build: (context) => totals(context).toStream({ emit: 'final' }),
    script: scripted(SALES),
    options: { order: 'any' },
    expected: { out: TOTALS },
  },
  {
    name: 'aggregate of the whole stream',
    build: ({ input }) =>
      input<Sale>()
        .aggregate((a) => ({ cents: a.sum('cents') }))
        .toStream({ emit: 'final' }),
    script: scripted(SALES),
    expected: { out: [{ cents: 29 }] },
  },
  {
    name: 'changes of a table with their kinds',
    build: (context) => totals(context).changes(),
    script: scripted(SALES),
    options: { view: (outputs) => tableOf(outputs.flatMap((output) => ('record' in output ? [output.record as Told] : []))) },
    expected: { out: TOTALS },
  },
  {
    name: 'a table of a table, whose rows move from key to key',
    build: (context) =>
      totals(context)
        .groupBy('n')
        .aggregate((a) => ({ shops: a.count(), cents: a.sum('cents') }))
        .toStream({ emit: 'changes' }),
    script: scripted(SALES),
    options: {
      view: (outputs) => (latestByKey<{ key: number }>('key')(outputs, 'out') as { shops: number }[]).filter(({ shops }) => shops > 0),
    },
    expected: {
      out: [
        { key: 1, shops: 1, cents: 9 },
        { key: 2, shops: 1, cents: 9 },
        { key: 3, shops: 1, cents: 11 },
      ],
    },
  },
]

interface Told {
  readonly kind: string
  readonly row: { readonly key: string }
}

/** The rows that are left when all changes are applied; each change has to fit the row that it changes. */
function tableOf(changes: readonly Told[]): unknown[] {
  const rows = new Map<string, unknown>()
  for (const { kind, row } of changes) {
    if (kind === 'insert' || kind === 'update-after') rows.set(row.key, row)
    else if (JSON.stringify(rows.get(row.key)) !== JSON.stringify(row)) throw new Error(`${kind} of a row that is not there`)
    else rows.delete(row.key)
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
}

const STATELESS: readonly KitCase[] = [
  {
    name: 'chains with branches, and a second input',
    build: ({ input }) => {
      const { big, small } = input<Sale>('left')
        .filter(({ cents }) => cents !== 2)
        .tap(() => {})
        .split({ big: ({ cents }) => cents > 5 }, { rest: 'small' })
      const towns = input<Sale>('right').switchOn('town' as never) as unknown as Record<string, typeof big>
      return { big: big.map(({ cents }) => cents), small: small.flatMap(({ cents }) => [cents, -cents]), right: towns['y']! }
    },
    script: [
      ...SALES.flatMap((record): Step[] => [
        { record, input: 'left' },
        { record, input: 'right' },
      ]),
      { watermark: 5 },
      END,
    ],
    expected: { big: [7, 9], small: [5, -5, 1, -1, 5, -5], right: [SALES[3]] },
  },
  {
    name: 'flatMapTo',
    build: ({ input }) =>
      input<Sale>().flatMapTo({ cents: recordsOf<number>(), shops: recordsOf<string>() }, ({ cents, shop }, to) => {
        for (let i = 0; i < cents; i += 5) to.cents(i)
        if (cents > 1) to.shops(shop)
      }),
    script: scripted(SALES),
    expected: { cents: [0, 0, 5, 0, 0, 5, 0, 0], shops: ['a', 'b', 'c', 'b', 'a'] },
  },
  {
    name: 'partitioners',
    build: ({ input }) => {
      const sales = input<Sale>()
      const one = ({ cents }: Sale): number => cents
      return {
        broadcast: sales
          .map(one, { name: 'b' })
          .broadcast()
          .map((n) => n, { parallelism: 1 }),
        custom: sales.partitionBy(({ cents }, channels) => cents % channels).map(one),
        rebalance: sales.rebalance().map(one),
        roundRobin: sales.roundRobin().map(one),
        time: sales.partitionByTime({ bucketMs: 20, by: 'event' }).map(one),
      }
    },
    script: scripted(SALES),
    expected: Object.fromEntries(['broadcast', 'custom', 'rebalance', 'roundRobin', 'time'].map((name) => [name, [5, 7, 1, 9, 2, 5]])),
  },
]

const TIMED: readonly KitCase[] = [
  {
    name: 'mergeByTime, with records that come too late',
    build: ({ input }) => input<string>('in', { channels: 2 }).mergeByTime(),
    script: [
      { record: 'a', timestamp: 30, channel: 0 },
      { record: 'b', timestamp: 10, channel: 0 },
      { record: 'c', timestamp: 20, channel: 1 },
      { watermark: 20 },
      { record: 'd', timestamp: 20, channel: 1 },
      { record: 'e', timestamp: 21, channel: 1 },
      { record: 'f', timestamp: 30, channel: 1 },
      { watermark: 25 },
      { record: 'g', timestamp: 40, channel: 0 },
      { watermark: 35, channel: 0 },
      END,
    ],
    expected: { out: ['b', 'c', 'e', 'a', 'f', 'g'] },
  },
  {
    name: 'prioritize',
    build: ({ input }) => input<number>('in', { channels: 2 }).prioritize((n) => n % 3, { levels: 3, bufferRecords: 4 }),
    script: [
      ...[3, 6, 5, 9, 7, 8].map((record) => ({ record, timestamp: record, channel: 0 })),
      { watermark: 9, channel: 0 },
      { record: 10, timestamp: 10, channel: 1 },
      { watermark: 12, channel: 1 },
      { record: 14, timestamp: 14, channel: 1 },
      { idle: true, channel: 1 },
      { record: 12, timestamp: 12, channel: 0 },
      { watermark: 20, channel: 0 },
      END,
    ],
    options: { order: 'any' },
    expected: { out: [3, 5, 6, 7, 8, 9, 10, 12, 14] },
  },
  {
    name: 'prioritize, skipping records without a level',
    build: ({ input }) => input<number>().prioritize((n) => n, { levels: 2, onError: 'skip' }),
    script: scripted([0, 1, 2, 1, -1, 0]),
    options: { order: 'any' },
    expected: { out: [0, 0, 1, 1] },
  },
  {
    name: 'withEventTime',
    build: ({ input }) =>
      input<number>('in', { timed: false })
        .withEventTime((n) => n, { disorderMs: 5, idleAfterMs: 10 })
        .map((n) => n + 1),
    script: [{ record: 10 }, { record: 20 }, { record: 17 }, { advanceMs: 10 }, { record: 30 }, END],
    expected: { out: [11, 21, 18, 31] },
  },
]

/** Keeps something of every kind, and has itself called a while after each record. */
const everyState = ({ input }: KitContext): KitBuilt =>
  input<Sale>()
    .keyBy('shop')
    .process({
      emits: recordsOf<unknown>(),
      outputs: { timers: recordsOf<string>() },
      state: {
        last: value<number>({ default: -1 }),
        all: list<number>(),
        towns: map<string, number>(),
        sum: reducing<number>((a, b) => a + b),
        mean: aggregating({
          create: () => ({ n: 0, sum: 0 }),
          add: (acc, cents: number) => ({ n: acc.n + 1, sum: acc.sum + cents }),
          result: ({ n, sum }) => sum / n,
        }),
        recent: value<number>({ ttl: { ms: 6 } }),
      },
      onRecord({ cents, town }, ctx) {
        const { last, all, towns, sum, mean, recent } = ctx.state
        all.add(cents)
        towns.set(town, (towns.get(town) ?? 0) + 1)
        sum.add(cents)
        mean.add(cents)
        ctx.emit([ctx.key, last.get(), all.get(), [...towns], sum.get(), mean.get(), recent.get() ?? null])
        last.set(cents)
        recent.set(cents)
        ctx.timers.event.set(ctx.timestamp + 15)
        ctx.timers.processing.set(ctx.nowMs + 10)
      },
      onTimer(time, ctx, domain) {
        ctx.to.timers(`${ctx.key} ${domain} ${time} ${ctx.state.sum.get()}`)
      },
    })

const ACTORS: readonly KitCase[] = [
  {
    name: 'process: state of every kind, timers, time to live',
    build: (context) => {
      const out = everyState(context) as Processed<unknown, { timers: OutputType<string> }>
      return { out, timers: out.outputs.timers }
    },
    script: scripted(SALES),
    options: { order: 'step' },
    expected: {
      out: [
        ['a', -1, [5], [['x', 1]], 5, 5, null],
        ['b', -1, [7], [['x', 1]], 7, 7, null],
        ['a', 5, [5, 1], [['x', 2]], 6, 3, 5],
        ['c', -1, [9], [['y', 1]], 9, 9, null],
        ['b', 7, [7, 2], [['x', 2]], 9, 4.5, null],
        ['a', 1, [5, 1, 5], [['x', 3]], 11, 11 / 3, null],
      ],
      timers: [
        'a event 15 6',
        'b event 25 9',
        'a event 35 11',
        'c event 45 9',
        'a processing 10 11',
        'b processing 10 9',
        'b event 55 9',
        'a event 65 11',
      ],
    },
  },
  {
    name: 'mapAsync, in order',
    build: ({ input }) => input<number>().mapAsync(slowly, { inFlight: 3 }),
    script: scripted([3, 1, 2, 5, 4, 0, 7]),
    expected: { out: [30, 10, 20, 50, 40, 0, 70] },
  },
  {
    name: 'mapAsync, as they come',
    build: ({ input }) => input<number>().mapAsync(slowly, { inFlight: 3, ordered: false }),
    script: scripted([3, 1, 2, 5, 4, 0, 7]),
    options: { order: 'any' },
    expected: { out: [30, 10, 20, 50, 40, 0, 70] },
  },
]

/** Larger numbers take longer. */
async function slowly(n: number): Promise<number> {
  for (let i = 0; i < n; i++) await Promise.resolve()
  return n * 10
}

const NUMBERS = Array.from({ length: 40 }, (_, i) => i)

const SOURCES: readonly KitCase[] = [
  {
    name: 'generate',
    build: ({ source }) =>
      source
        .generate('numbers', { count: 6000, splits: 3, make: (i) => i })
        .filter((n) => n % 150 === 0)
        .map((n) => n / 150),
    script: turns(6),
    options: { order: 'any' },
    expected: { out: NUMBERS },
  },
  {
    name: 'generate, at a rate',
    build: ({ source }) => source.generate('numbers', { count: 40, splits: 2, make: (i) => i, rowsPerSecond: 1000 }),
    script: [{ advanceMs: 11 }, { advanceMs: 13 }, { advanceMs: 20 }],
    options: { order: 'any' },
    expected: { out: NUMBERS },
  },
  {
    name: 'timer',
    build: ({ source }) => source.timer('ticks', { everyMs: 10, count: 4 }).map(({ n }) => n),
    script: [{ advanceMs: 25 }, { advanceMs: 100 }],
    expected: { out: [0, 1, 2, 3] },
  },
  {
    name: 'iterable',
    build: ({ source }) => source.iterable('numbers', { open: () => NUMBERS, eventTime: (n) => n }),
    script: turns(3),
    expected: { out: NUMBERS },
  },
  {
    name: 'lines',
    build: ({ source }) => source.lines('lines', { path: textFile('numbers.txt', NUMBERS.map(String)) }),
    script: turns(3),
    expected: { out: NUMBERS.map(String) },
  },
  {
    name: 'csv',
    build: ({ source }) => source.csv('rows', { path: textFile('numbers.csv', ['n', ...NUMBERS.map(String)]) }),
    script: turns(3),
    expected: { out: NUMBERS.map((n) => ({ n: String(n) })) },
  },
  {
    name: 'parquet',
    build: ({ source }) => source.from('rows', parquetSource<{ n: number }>({ path: parquetFile('numbers.parquet', NUMBERS) })),
    script: turns(3),
    expected: { out: NUMBERS.map((n) => ({ n })) },
  },
  {
    name: 'jsonLines',
    build: ({ source }) => source.jsonLines<number>('values', { path: textFile('numbers.jsonl', NUMBERS.map(String)) }),
    script: turns(3),
    expected: { out: NUMBERS },
  },
]

export const KIT_CASES: readonly KitCase[] = [
  ...ACTORS_OF_TWO,
  ...KEYED,
  ...COUNTING,
  ...TABLES,
  ...STATELESS,
  ...TIMED,
  ...WINDOWS,
  ...JOINS,
  ...ACTORS,
  ...SOURCES,
]

/** Operators that no case can be written for, and why. */
export const WITHOUT_CASE: Readonly<Record<string, string>> = {
  fileSink: 'writes a file: test/sinks and test/workloads crash it',
  filesSink: 'writes files: test/sinks crashes it',
  tableSink: 'writes a table outside: test/sinks crashes it',
  upsertSink: 'writes to the outside world: test/full/sinks crashes it',
  twoPhaseSink: 'writes to the outside world: test/full/sinks crashes it',
  consoleSink: 'prints',
  consoleTableSink: 'prints',
  forEachSink: 'calls a function of the outside world',
  forEachBatchSink: 'calls a function of the outside world',
  nodeStreamSink: 'writes to the outside world',
  webStreamSink: 'writes to the outside world',
}
