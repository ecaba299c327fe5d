import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LaunchOptions } from '../../src/index.ts'
import { inTier } from '../tier.ts'
import { onThreads, runToItsEnd } from './either-host.ts'
import type { FilesConfig } from './jobs/files.ts'
import { runLaunch } from './programs/spawn.ts'
import { jobNamed, jobUrl, temporaryDir } from './run-job.ts'

const job = await jobNamed('files')

function fileWith(content: string | Buffer, name = 'input.txt', dir = temporaryDir()): string {
  const path = join(dir, name)
  writeFileSync(path, content)
  return path
}

async function rowsOf(config: FilesConfig, workers = 2, run = runToItsEnd): Promise<unknown[]> {
  return (await run(job, { workers, config }))['rows']!
}

/** With all restarts that there are: what must come again takes none of them. */
async function failureOf(
  config: FilesConfig,
  restart: LaunchOptions['restart'] = {},
): Promise<{ code: string; message: string; operator: string; site: string }> {
  try {
    await runToItsEnd(job, { workers: 2, config, restart })
  } catch (error) {
    return error as never
  }
  throw new Error('the job did not fail')
}

describe('lines', () => {
  test.each([
    ['of an empty file', '', []],
    ['of a file without a final line feed', 'a\nb', ['a', 'b']],
    ['with \\r\\n', 'a\r\nb\r\n', ['a', 'b']],
    ['with \\r\\n without a final one', 'a\r\nb', ['a', 'b']],
    ['with empty ones between', 'a\n\n\nb\n', ['a', '', '', 'b']],
    ['behind a byte order mark', '\uFEFFa\nb\n', ['a', 'b']],
    ['of one byte order mark', '\uFEFF', []],
    ['of one line feed', '\n', ['']],
    ['of more than ASCII', 'ä\n€\n𝄞\n', ['ä', '€', '𝄞']],
  ])('%s', async (_, content, expected) => {
    const plain = fileWith(content)
    const zipped = fileWith(gzipSync(content), 'input.txt.gz')
    expect(await rowsOf({ from: 'lines', path: plain }, 1)).toEqual(expected)
    expect(await rowsOf({ from: 'lines', path: zipped }, 1)).toEqual(expected)
  })

  test('of several files, some zipped, some empty, more than there are workers: all of them, in order within a file', async () => {
    const dir = temporaryDir()
    const paths = Array.from({ length: 5 }, (_, f) => {
      const lines = Array.from({ length: f === 2 ? 0 : 3_000 }, (__, n) => `${f}:${n}`).join('\n')
      return f % 2 === 0 ? fileWith(lines, `${f}.txt`, dir) : fileWith(gzipSync(lines), `${f}.txt.gz`, dir)
    })
    for (const workers of inTier([2], [1, 2, 3])) {
      const rows = (await rowsOf({ from: 'lines', path: paths }, workers, onThreads)) as string[]
      for (let f = 0; f < 5; f++) {
        const mine = rows.filter((row) => row.startsWith(`${f}:`))
        expect(mine).toEqual(Array.from({ length: f === 2 ? 0 : 3_000 }, (_, n) => `${f}:${n}`))
      }
    }
  })

  test('longer than a chunk of the file, with characters across its border', async () => {
    const lines = Array.from({ length: 40 }, (_, n) => `${'€'.repeat(30_000 + n)}${n}`)
    expect(await rowsOf({ from: 'lines', path: fileWith(lines.join('\n')) })).toEqual(lines)
  })
})

test('CSV: quotes, line feeds in fields, other delimiters and given columns', async () => {
  const text = '\uFEFFname,note\r\n"a, b","say ""hi""\nthere"\r\nplain,\r\n'
  expect(await rowsOf({ from: 'csv', path: fileWith(text) })).toEqual([
    { name: 'a, b', note: 'say "hi"\nthere' },
    { name: 'plain', note: '' },
  ])
  const path = fileWith(gzipSync('1;2\n3;4'), 'input.csv.gz')
  expect(await rowsOf({ from: 'csv', path, csv: { delimiter: ';', columns: ['a', 'b'] } })).toEqual([
    { a: '1', b: '2' },
    { a: '3', b: '4' },
  ])
  expect(await rowsOf({ from: 'csv', path: fileWith('') })).toEqual([])
})

test('JSON lines: every kind of value, empty lines passed over', async () => {
  const values = [{ a: [1, null] }, 'text', 7, true, null, [], { deep: { er: 'ä' } }]
  const path = fileWith(`\uFEFF${values.map((value) => JSON.stringify(value)).join('\r\n\n')}`)
  expect(await rowsOf({ from: 'jsonLines', path })).toEqual(values)
})

test('JSON lines written and read again are the records, whatever they hold', async () => {
  const json = fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 30 })
  const property = fc.asyncProperty(json, async (values) => {
    const dir = temporaryDir()
    const out = join(dir, 'deep', 'out.jsonl')
    const path = fileWith(values.map((value) => `${JSON.stringify(value)}\n`).join(''), 'in.jsonl', dir)
    await runToItsEnd(job, { workers: 1, config: { from: 'jsonLines', path, out, format: 'jsonLines' } })
    expect(readFileSync(out, 'utf8')).toBe(readFileSync(path, 'utf8'))
    expect((await rowsOf({ from: 'jsonLines', path: out }, 1)).map((row) => JSON.stringify(row))).toEqual(
      values.map((value) => JSON.stringify(value)),
    )
  })
  await fc.assert(property, { numRuns: 20 })
})

test('CSV written and read again are the records', async () => {
  const dir = temporaryDir()
  const rows = [
    { name: 'a, b', note: 'say "hi"\nthere', n: '1' },
    { name: '', note: '\r\n', n: '' },
    { name: ' spaces ', note: 'ä€𝄞', n: '-0' },
  ]
  const path = fileWith(rows.map((row) => JSON.stringify(row)).join('\n'), 'in.jsonl', dir)
  const out = join(dir, 'out.csv')
  await onThreads(job, { workers: 2, config: { from: 'jsonLines', path, out, format: 'csv' } })
  expect(readFileSync(out, 'utf8').startsWith('name,note,n\n')).toBe(true)
  expect(await rowsOf({ from: 'csv', path: out })).toEqual(rows)
})

test('the console sink prints every record once, from the worker, also when the app thread is busy', async () => {
  const lines = Array.from({ length: 20_000 }, (_, n) => `line ${n}`)
  const { stdout, ...ending } = await runLaunch(jobUrl('files'), {
    workers: 2,
    config: { from: 'lines', path: fileWith(lines.join('\n')), console: true },
  })
  expect(ending).toMatchObject({ hung: false, exitCode: 0 })
  expect(stdout.split('\n').filter((line) => line.startsWith('line '))).toEqual(lines)
})

describe('input that cannot be read ends the job at once, with path and place:', () => {
  test.each(['lines', 'csv', 'jsonLines'] as const)('a missing file (%s)', async (from) => {
    const path = join(temporaryDir(), 'missing.txt')
    const error = await failureOf({ from, path })
    expect(error).toMatchObject({ code: 'MR_PATH_UNUSABLE', operator: 'rows' })
    expect(error.message).toContain(path)
    expect(error.message).toContain('ENOENT')
    expect(error.site).toMatch(/files\.[jt]s:\d+:\d+$/)
  })

  test('a directory', async () => {
    expect(await failureOf({ from: 'lines', path: temporaryDir() })).toMatchObject({ code: 'MR_PATH_UNUSABLE', operator: 'rows' })
  })

  test.each(['cut', 'damaged', 'not zipped'])('a .gz file that is %s', async (how) => {
    const whole = gzipSync(Array.from({ length: 5_000 }, (_, n) => `${n * 7919}`).join('\n'))
    const damaged = Buffer.from(whole)
    damaged.fill(0xaa, whole.length >> 1, (whole.length >> 1) + 20)
    const bytes = how === 'cut' ? whole.subarray(0, whole.length - 50) : how === 'damaged' ? damaged : Buffer.from('plain text')
    const path = fileWith(bytes, 'input.gz')
    const error = await failureOf({ from: 'lines', path })
    expect(error).toMatchObject({ code: 'MR_INPUT_INVALID', operator: 'rows' })
    expect(error.message).toContain(path)
  })

  test('a line that is no JSON, with its number', async () => {
    const path = fileWith('{"a":1}\n\n{"a":\n')
    const error = await failureOf({ from: 'jsonLines', path })
    expect(error).toMatchObject({ code: 'MR_INPUT_INVALID', operator: 'rows' })
    expect(error.message).toContain(`Line 3 of ${path}`)
  })

  test.each([
    ['with too many fields', 'a,b\n1,2\n1,2,3\n'],
    ['with an open quote', 'a,b\n1,2\n"open,3\n'],
  ])('a CSV row %s, with its line', async (_, text) => {
    const path = fileWith(text)
    const error = await failureOf({ from: 'csv', path })
    expect(error).toMatchObject({ code: 'MR_INPUT_INVALID', operator: 'rows' })
    expect(error.message).toContain(path)
    expect(error.message).toMatch(/line \d/i)
  })
})

describe('output that cannot be written ends the job with the path:', () => {
  const path = (): string => fileWith('a\nb\n')

  test('the path is a directory', async () => {
    const out = temporaryDir()
    const error = await failureOf({ from: 'lines', path: path(), out })
    expect(error).toMatchObject({ code: 'MR_PATH_UNUSABLE', operator: 'out' })
    expect(error.message).toContain(out)
    expect(error.site).toMatch(/files\.[jt]s:\d+:\d+$/)
  })

  test('a file is where its folder should be', async () => {
    const out = join(fileWith('x'), 'out.txt')
    expect(await failureOf({ from: 'lines', path: path(), out })).toMatchObject({ code: 'MR_PATH_UNUSABLE', operator: 'out' })
  })

  test('a folder that is read-only', async (context) => {
    if (process.getuid?.() === 0) context.skip('runs as root, who may write everywhere')
    const dir = join(temporaryDir(), 'closed')
    mkdirSync(dir)
    chmodSync(dir, 0o500)
    expect(await failureOf({ from: 'lines', path: path(), out: join(dir, 'out.txt') })).toMatchObject({
      code: 'MR_PATH_UNUSABLE',
      operator: 'out',
    })
  })

  test('a device that is full', async (context) => {
    if (process.platform !== 'linux') context.skip('/dev/full is a device of Linux')
    const error = await failureOf({ from: 'lines', path: path(), out: '/dev/full' }, { maxRestarts: 0 })
    expect(error).toMatchObject({ code: 'MR_SINK_FAILED', operator: 'out' })
  })
})
