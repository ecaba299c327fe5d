import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { defineJob, type FileSinkOptions, sink } from '../../src/index.ts'
import { simulate } from '../../src/testing/index.ts'
import { temporaryDir } from './temporary-dir.ts'

function written(rows: readonly object[], options: Omit<FileSinkOptions, 'path'>): Promise<string> {
  const path = join(temporaryDir(), 'out')
  const job = defineJob(import.meta, {
    name: 'file',
    build: ({ source }) => {
      source.generate('rows', { count: rows.length, splits: 1, parallelism: 1, make: (n) => rows[n]! }).to(sink.file({ path, ...options }))
      return {}
    },
  })
  return simulate(job, { seed: 1, workers: 1, restart: { maxRestarts: 0 } }).then(() => readFileSync(path, 'utf8'))
}

test('CSV: given columns are all that is written, in their order, also where the first record lacks them', async () => {
  const rows = [{ b: 1 }, { a: 2, b: 3, c: 4 }, { c: 5 }]
  expect(await written(rows, { format: 'csv', columns: ['a', 'b'] })).toBe('a,b\n,1\n2,3\n,\n')
})

test('CSV: without columns the first record gives them, and a record with another field is refused, not cut', async () => {
  expect(await written([{ a: 1, b: 2 }, { b: 3 }, {}], { format: 'csv' })).toBe('a,b\n1,2\n,3\n,\n')
  const error = await written([{ a: 1 }, { a: 2, b: 3 }], { format: 'csv' }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'MR_RECORD_REFUSED', operator: 'fileSink-1', message: expect.stringContaining('the field "b"') })
})

const claims = [
  ['one path', () => sink.file({ path: '/tmp/x', format: 'lines' }), () => sink.file({ path: '/tmp/y/../x', format: 'csv' })],
  ['one directory and name', () => sink.files({ dir: '/tmp/x', format: 'lines' }), () => sink.files({ dir: '/tmp/x/', format: 'csv' })],
] as const

test.each(claims)('two sinks on %s are refused, with both places', async (_, one, other) => {
  const job = defineJob(import.meta, {
    build: ({ source }) => {
      const rows = source.generate('rows', { count: 1, make: (n) => n })
      rows.to(one(), { name: 'one' })
      rows.to(other(), { name: 'other' })
      return {}
    },
  })
  const error = await job.buildGraph({}).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'MR_GRAPH_INVALID', operator: 'other' })
  expect((error as Error).message).toMatch(/"one", defined at .*file\.test\.[jt]s:\d+:\d+ .*defined at .*file\.test\.[jt]s:\d+:\d+/)
})

test('one directory may take two sinks of different names', async () => {
  const job = defineJob(import.meta, {
    build: ({ source }) => {
      const rows = source.generate('rows', { count: 1, make: (n) => n })
      for (const name of ['a', 'b']) rows.to(sink.files({ dir: '/tmp/x', format: 'lines', name }))
      return {}
    },
  })
  expect((await job.buildGraph({})).nodes).toHaveLength(3)
})
