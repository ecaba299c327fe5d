import { existsSync, mkdirSync, readdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { defineJob, type FilesSinkOptions, sink } from '../../src/index.ts'
import { SimulatedDisk, seeds, simulate, type SimulateOptions } from '../../src/testing/index.ts'
import { hiddenFiles, linesOf, visibleFiles } from './part-files.ts'
import { temporaryDir } from './temporary-dir.ts'
import { inTier } from '../tier.ts'

interface Row {
  readonly n: number
  readonly shop: string
}

const COUNT = 3_000
const FAILS = [700, 1_700, 2_600]

/** Rows into part files; throws once at each row of `failAt`. */
function rowsInto(options: FilesSinkOptions<Row>, failAt: readonly number[] = [], count = COUNT) {
  const left = new Set(failAt)
  return defineJob<Record<string, never>, {}>(import.meta, {
    name: 'rolling',
    build: ({ source }) => {
      source
        .generate('rows', { count, splits: 4, make: (n): Row => ({ n, shop: `s${n % 5}` }) })
        .tap(({ n }) => {
          if (!left.delete(n)) return
          throw new Error('planned')
        })
        .to(sink.files<Row>(options))
      return {}
    },
  })
}

const run = (options: FilesSinkOptions<Row>, simulated: SimulateOptions = {}, failAt: readonly number[] = []) =>
  simulate(rowsInto(options, failAt), {
    seed: 1,
    checkpointIntervalMs: 3,
    batchRecords: 64,
    restart: { maxRestarts: 10 },
    ...simulated,
  })

const errorOf = (options: FilesSinkOptions<Row>) => run(options, { restart: { maxRestarts: 0 } }).catch((error: unknown) => error)

const numbers = (dir: string) => linesOf(visibleFiles(dir)).map((line) => (JSON.parse(line) as Row).n)
const all = Array.from({ length: COUNT }, (_, n) => n)
const sorted = (values: readonly number[]) => values.toSorted((a, b) => a - b)

const SHAPES: readonly Partial<FilesSinkOptions<Row>>[] = [
  {},
  { roll: { records: 100 } },
  { roll: { bytes: 2_000 }, compress: 'gzip' },
  { partition: ({ n }) => `hundred=${Math.floor(n / 100)}`, openFilesMax: 2 },
  { partition: ({ n }) => `${n % 2}/${n % 3}`, compress: 'gzip', roll: { records: 40 } },
  { roll: { everyMs: 4 } },
]

test.each(seeds(inTier(5, 12)))(
  'every record is in the visible files once, whatever fails, and nothing else is left, with seed %s',
  async (seed) => {
    const dir = join(temporaryDir(), 'out')
    const shape = SHAPES[Number(seed) % SHAPES.length]!
    const workers = 1 + (Number(seed) % 3)
    const { restarts } = await run({ dir, format: 'jsonLines', ...shape }, { seed, workers }, FAILS)
    expect(restarts).toBeGreaterThan(0)
    expect(sorted(numbers(dir))).toEqual(all)
    expect(hiddenFiles(dir)).toEqual([])
  },
)

test('files roll at a number of records and of bytes; their names hold instance and sequence', async () => {
  const dir = temporaryDir()
  await run({ dir, format: 'jsonLines', roll: { records: 250 }, name: 'rows' }, { workers: 1 })
  const files = visibleFiles(dir)
  const [, lineage] = files[0]!.name.split('-')
  expect(lineage).toMatch(/^[\da-z]{7}$/)
  expect(files.map(({ name }) => name)).toEqual(
    Array.from({ length: 12 }, (_, i) => `rows-${lineage}-0-${String(i).padStart(5, '0')}.jsonl`),
  )
  expect(files.every((file) => linesOf([file]).length === 250)).toBe(true)
  const small = temporaryDir()
  await run({ dir: small, format: 'lines', roll: { bytes: 1_600 } }, { workers: 2 })
  // '[object Object]' and a line feed: 16 bytes.
  for (const { text, name } of visibleFiles(small)) {
    expect(text.length).toBeLessThanOrEqual(1_600)
    expect(name).toMatch(/^part-[\da-z]{7}-[01]-\d{5}\.txt$/)
  }
})

test('records go to the folders that they name; CSV has a header in each file', async () => {
  const dir = temporaryDir()
  await run({ dir, format: 'csv', partition: ({ shop }) => `by-shop/${shop}`, roll: { records: 500 } }, { workers: 2 })
  const files = visibleFiles(dir)
  expect(new Set(files.map(({ folder }) => folder))).toEqual(new Set([0, 1, 2, 3, 4].map((shop) => `by-shop/s${shop}`)))
  for (const { text, folder } of files) {
    const [header, ...rows] = text.trimEnd().split('\n')
    expect(header).toBe('n,shop')
    expect(rows.every((row) => `by-shop/${row.split(',')[1]}` === folder)).toBe(true)
  }
  expect(linesOf(files).length - files.length).toBe(COUNT)
})

test('a run that was stopped leaves its open files hidden; the next one goes on with them', async () => {
  const dir = temporaryDir()
  const disk = new SimulatedDisk()
  const first = await run({ dir, format: 'jsonLines', roll: { records: 1_000 } }, { disk, workers: 2, stop: { afterMs: 5 } })
  expect(first.outcome).toBe('stopped')
  expect(numbers(dir).length).toBeLessThan(COUNT)
  await run({ dir, format: 'jsonLines', roll: { records: 1_000 } }, { disk, workers: 2 })
  expect(sorted(numbers(dir))).toEqual(all)
  expect(hiddenFiles(dir)).toEqual([])
})

test.each([
  [3, 1],
  [1, 3],
  [4, 2],
])('%i instances are followed by %i: those take over what is open', async (before, after) => {
  const dir = temporaryDir()
  const disk = new SimulatedDisk()
  const options = { dir, format: 'jsonLines', roll: { records: 90 } } as const
  for (let i = 0, outcome = ''; outcome !== 'finished'; i++) {
    const workers = i % 2 === 0 ? before : after
    outcome = (await run(options, { disk, workers, seed: i, stop: { afterMs: 5 * (i + 1) } })).outcome
  }
  expect(sorted(numbers(dir))).toEqual(all)
  expect(hiddenFiles(dir)).toEqual([])
})

test('a second job in the same directory goes on behind the files that are there', async () => {
  const dir = temporaryDir()
  const options = { dir, format: 'jsonLines', roll: { records: 400 }, partition: ({ shop }: Row) => shop } as const
  await run(options, { workers: 2 })
  const before = visibleFiles(dir)
  await run(options, { workers: 2 }, FAILS)
  const after = visibleFiles(dir)
  for (const file of before) expect(after).toContainEqual(file)
  expect(sorted(numbers(dir))).toEqual(sorted([...all, ...all]))
})

test('files of others, and of sinks with another name, are left alone', async () => {
  const dir = temporaryDir()
  mkdirSync(join(dir, '.inprogress'))
  const others = ['part2-0-00007.jsonl', 'part-0-00007.jsonl.bak', 'notes.txt', '.inprogress/other-0-00000.jsonl', '.inprogress/mine']
  for (const name of others) writeFileSync(join(dir, name), 'x')
  await run({ dir, format: 'jsonLines' }, { workers: 1 })
  const [, lineage] = visibleFiles(dir)
    .find(({ name }) => /^part-[\da-z]{7}-/.test(name))!
    .name.split('-')
  // One of this run, which no checkpoint knows, and one of another run.
  const [mine, foreign] = [lineage, '0000000'].map((of) => join(dir, '.inprogress', `part-${of}-0-00003.jsonl`))
  for (const path of [mine!, foreign!]) writeFileSync(path, 'left over')
  await run({ dir, format: 'jsonLines' }, { workers: 1 })
  for (const name of others) expect(existsSync(join(dir, name)), name).toBe(true)
  expect(existsSync(foreign!)).toBe(true)
  expect(existsSync(mine!)).toBe(false)
})

describe('fails when', () => {
  test.each([
    '../up',
    '/etc',
    'a/../../b',
    '.hidden',
    'a/.b',
    'a//b',
    'a/',
    'a\\b',
    'a\0b',
    '..',
    '.',
    'x'.repeat(300),
    'x/'.repeat(400) + 'x',
    'a/part-0a1b2c3-0-00000.jsonl',
    7 as never,
  ])('a record names the folder %j', async (folder) => {
    const dir = join(temporaryDir(), 'deep', 'out')
    const error = await errorOf({ dir, format: 'lines', partition: () => folder })
    expect(error).toMatchObject({ code: 'MR_RECORD_REFUSED', operator: 'filesSink-1' })
    expect(visibleFiles(join(dir, '..', '..'))).toEqual([])
  })

  test('a link leads out of the directory', async () => {
    const [dir, elsewhere] = [temporaryDir(), temporaryDir()]
    symlinkSync(elsewhere, join(dir, 'link'))
    const error = await errorOf({ dir, format: 'lines', partition: () => 'link/deep' })
    expect(error).toMatchObject({ code: 'MR_SINK_FAILED', message: expect.stringContaining('leads out of') })
    expect(visibleFiles(elsewhere)).toEqual([])
  })

  test('the directory is a file', async () => {
    const dir = join(temporaryDir(), 'file')
    writeFileSync(dir, '')
    expect(await errorOf({ dir, format: 'lines' })).toMatchObject({ code: 'MR_PATH_UNUSABLE', message: expect.stringContaining(dir) })
  })

  test('a file that the checkpoint knows was cut, or is gone', async () => {
    const dir = temporaryDir()
    const disk = new SimulatedDisk()
    const options = { dir, format: 'jsonLines' } as const
    const endless = rowsInto(options, [], Infinity)
    await simulate(endless, { seed: 1, disk, workers: 1, stop: { afterMs: 20 } })
    const [open] = readdirSync(join(dir, '.inprogress'))
    truncateSync(join(dir, '.inprogress', open!), 1)
    const error = await simulate(endless, { seed: 1, disk, workers: 1, restart: { maxRestarts: 0 } }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'MR_SINK_FAILED', message: expect.stringContaining('the checkpoint knows') })
  })

  test('a CSV record has a field that its file has no column for', async () => {
    const dir = temporaryDir()
    const job = defineJob<Record<string, never>, {}>(import.meta, {
      name: 'columns',
      build: ({ source }) => {
        const rows = source.generate('rows', { count: 10, make: (n) => (n === 5 ? { n, extra: 1 } : { n }) })
        rows.to(sink.files({ dir, format: 'csv' }))
        return {}
      },
    })
    const error = await simulate(job, { seed: 1, workers: 1, restart: { maxRestarts: 0 } }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'MR_RECORD_REFUSED', message: expect.stringContaining('"extra"') })
  })
})

test('records that the sink cannot take are left out where its policy says so; no empty file is left', async () => {
  const dir = temporaryDir()
  const circular = (n: number): object => {
    const record: Record<string, unknown> = { n, folder: 'circular' }
    return Object.assign(record, { self: record })
  }
  const job = defineJob(import.meta, {
    name: 'policy',
    build: ({ source }) => {
      const rows = source.generate('rows', {
        count: 100,
        make: (n) => (n % 10 === 0 ? circular(n) : { n, folder: n % 3 === 0 ? '..' : 'ok' }),
      })
      rows.to(sink.files({ dir, format: 'jsonLines', partition: (row) => (row as { folder: string }).folder }), { onError: 'skip' })
      return {}
    },
  })
  await simulate(job, { seed: 1, workers: 1 })
  const files = visibleFiles(dir)
  expect(new Set(files.map(({ folder }) => folder))).toEqual(new Set(['ok']))
  expect(linesOf(files)).toHaveLength(Array.from({ length: 100 }, (_, n) => n).filter((n) => n % 10 !== 0 && n % 3 !== 0).length)
  expect(hiddenFiles(dir)).toEqual([])
})

test.each([
  ['no dir', { format: 'lines' }, /needs a dir/],
  ['no format', { dir: 'x' }, /format=undefined/],
  ['a name with a slash', { dir: 'x', format: 'lines', name: 'a/b' }, /name="a\/b"/],
  ['a hidden name', { dir: 'x', format: 'lines', name: '.a' }, /name="\.a"/],
  ['another compression', { dir: 'x', format: 'lines', compress: 'zip' }, /compress=zip/],
  ['a roll of nothing', { dir: 'x', format: 'lines', roll: { records: 0 } }, /records=0/],
  ['no open files', { dir: 'x', format: 'lines', openFilesMax: 0 }, /openFilesMax=0/],
  ['columns of lines', { dir: 'x', format: 'lines', columns: ['a'] }, /has columns/],
  ['a column twice', { dir: 'x', format: 'csv', columns: ['a', 'a'] }, /list of different names/],
])('refused: %s', (_, options, message) => {
  expect(() => sink.files(options as never)).toThrow(message)
})
