import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { type ParquetWriteOptions, parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, expect, test } from 'vitest'
import { parquetSource as definition } from '../../actors/parquet-source.ts'
import { type ParquetOptions, parquetSource } from '../../src/connectors/parquet/index.ts'
import { defineJob } from '../../src/index.ts'
import { runToEnd } from '../../src/testing/index.ts'
import { makeDir, removeDir } from '../engine/run-job.ts'
import { drive } from '../sources/drive.ts'

const dir = makeDir()
afterAll(() => removeDir(dir))
const DAY_MS = 86_400_000
let files = 0

function write(rows: number, rowGroupSize: number, more: Partial<ParquetWriteOptions> = {}): string {
  const path = join(dir, `rows-${files++}.parquet`)
  const numbers = Array.from({ length: rows }, (_, n) => n)
  const columnData = [
    { name: 'n', data: numbers, type: 'INT32' as const },
    { name: 'big', data: numbers.map((n) => BigInt(n) * 1_000_000n), type: 'INT64' as const },
    { name: 'text', data: numbers.map((n) => `text ${n}`), type: 'STRING' as const },
    { name: 'at', data: numbers.map((n) => new Date(n * DAY_MS)), type: 'TIMESTAMP' as const },
  ]
  writeFileSync(path, Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize: [rowGroupSize], ...more })))
  return path
}

const specOf = (options: ParquetOptions<unknown>): Record<string, unknown> => ({ ...parquetSource(options).spec, onError: 'skip' })

test('stopped anywhere and gone on from there, every row comes once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 1, max: 25 }),
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 1, max: 9 }),
      async (rows, rowGroupSize, stop, batchRecords) => {
        const paths = [write(rows, rowGroupSize), write(7, 3)]
        const spec = specOf({ path: paths, columns: ['n'] })
        const before = await drive(definition, spec, { batchRecords })
        await before.run(() => before.records.length >= stop)
        const chunks = before.actor.snapshot!(1)
        await before.actor.close!()
        const after = await drive(definition, spec, { batchRecords, chunks })
        await after.run()
        const numbers = [...before.records, ...after.records].map((row) => (row as { n: number }).n)
        expect(numbers).toEqual([...Array(rows).keys(), ...Array(7).keys()])
        const { position, size } = after.actor.progress!()!
        expect(position).toBe(size)
      },
    ),
    { numRuns: 40 },
  )
})

test('values are plain data: times are ms, 64-bit integers what was asked for; a row that does not fit is a bad one', async () => {
  const path = write(3, 10)
  const rowsOf = async (options: Partial<ParquetOptions<unknown>>): Promise<unknown[]> => {
    const { records, run } = await drive(definition, specOf({ path, ...options }))
    await run()
    return records
  }
  expect((await rowsOf({}))[1]).toEqual({ n: 1, big: 1_000_000n, text: 'text 1', at: DAY_MS })
  expect((await rowsOf({ int64: 'number', columns: ['big'] }))[2]).toEqual({ big: 2_000_000 })
  const odd = (row: Readonly<Record<string, unknown>>): unknown => {
    if (row['n'] === 1) throw new Error('one is bad')
    return row['text']
  }
  expect(await rowsOf({ parse: odd })).toEqual(['text 0', 'text 2'])
  const failing = await drive(definition, { ...specOf({ path, parse: odd }), onError: 'fail' })
  await expect(failing.run()).rejects.toMatchObject({ code: 'MR_INPUT_INVALID', message: expect.stringContaining(`Row 2 of ${path}`) })
  await failing.actor.close!()
})

test('what cannot be read says why, with the path', async () => {
  const failureOf = async (path: string): Promise<unknown> => (await drive(definition, specOf({ path }))).run().catch((error) => error)
  const text = join(dir, 'text.parquet')
  writeFileSync(text, 'this is no parquet')
  expect(await failureOf(text)).toMatchObject({ code: 'MR_INPUT_INVALID', message: expect.stringContaining(text) })
  expect(await failureOf(join(dir, 'none.parquet'))).toMatchObject({ code: 'MR_PATH_UNUSABLE' })
  const shorter = write(2, 2)
  const position = { byte: 0, items: 0, skip: 3, readBytes: 0 }
  const chunks = [{ scope: 'split' as const, id: 0, value: { path: shorter, position, done: false } }]
  await expect((await drive(definition, specOf({ path: shorter }), { chunks })).run()).rejects.toMatchObject({
    code: 'MR_SOURCE_FAILED',
  })
  expect(() => parquetSource({ path: 'x', int64: 'string' as never })).toThrow(/int64/)
  expect(() => parquetSource({})).toThrow(/path of parquetSource/)
})

test('files that are compressed with what Node.js has are read, and event times come out of rows', async () => {
  const path = write(30, 10, {
    codec: 'GZIP',
    compressors: { GZIP: (bytes: Uint8Array) => gzipSync(bytes) },
  } as Partial<ParquetWriteOptions>)
  const job = defineJob(import.meta, {
    build: ({ source }) => {
      const read = parquetSource<{ readonly at: number }>({ path, columns: ['at'] })
      return { days: source.from('rows', read, { eventTime: ({ at }) => at }) }
    },
  })
  const { days } = await runToEnd(job)
  expect(days).toEqual(Array.from({ length: 30 }, (_, n) => ({ at: n * DAY_MS })))
})
