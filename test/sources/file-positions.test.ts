import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { csvSource, jsonLinesSource, linesSource } from '../../actors/file-source.ts'
import { LineParser } from '../../actors/text-lines.ts'
import type { StateChunk } from '../../src/actor/contract.ts'
import { makeDir, removeDir } from '../engine/run-job.ts'
import { drive } from './drive.ts'

const dir = makeDir()
afterAll(() => removeDir(dir))
let files = 0
const newPath = (extension: string): string => join(dir, `file-${files++}.${extension}`)
const listed = (...paths: string[]) => ({ paths, glob: null, watchMs: null, onError: 'skip' })

const text = fc
  .array(fc.constantFrom('a', 'ä€', '𝄞', '\n', '\r\n', '\r', '"', ',', ' ', '\uFEFF'), { maxLength: 60 })
  .map((parts) => parts.join(''))

/** The meaning of a text file, in one line of code. */
function linesOf(content: string): string[] {
  const lines = content.replace(/^\uFEFF/, '').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line) => line.replace(/\r$/, ''))
}

test('lines are those of the whole text, and each is found where it is, however the bytes come in pieces', () => {
  fc.assert(
    fc.property(text, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (content, sizes) => {
      const bytes = Buffer.from(content)
      const parser = new LineParser('x', { byte: 0, items: 0 })
      const lines: string[] = []
      const take = (block: ReturnType<LineParser['push']>): void =>
        block?.items.forEach((line, i) => {
          const place = block.where(i)
          expect(place.line).toBe(lines.length + 1)
          const rest = bytes.subarray(place.byte!).toString()
          expect((place.byte === 0 ? rest.replace(/^\uFEFF/, '') : rest).startsWith(line as string)).toBe(true)
          lines.push(line as string)
        })
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = sizes[turn % sizes.length]!
        take(parser.push(bytes.subarray(at, at + size)))
        at += size
      }
      take(parser.end())
      expect(lines).toEqual(linesOf(content))
      expect(parser.nextByte).toBe(bytes.length)
    }),
  )
})

test('bytes that are no UTF-8 become U+FFFD, and nothing else is lost', async () => {
  const path = newPath('txt')
  writeFileSync(path, Buffer.concat([Buffer.from('a\n'), Buffer.from([0xff, 0xc3, 10]), Buffer.from('b\n')]))
  const { records, run } = await drive(linesSource, listed(path))
  await run()
  expect(records).toEqual(['a', '\uFFFD\uFFFD', 'b'])
})

const sources = { lines: linesSource, csv: csvSource, jsonLines: jsonLinesSource }
/** Enough for several blocks. */
const many = Array.from({ length: 30_000 }, (_, n) => n)
const contents = {
  lines: many.map((n) => `line ${n} ä`).join('\n'),
  csv: `n,text\n${many.map((n) => `${n},"a ""quoted"" ${n}\n and more"`).join('\n')}`,
  jsonLines: many.map((n) => (n % 100 === 7 ? '' : n % 100 === 8 ? '{bad' : JSON.stringify({ n }))).join('\r\n'),
}

describe.each(['lines', 'csv', 'jsonLines'] as const)('%s', (kind) => {
  test.each(['', '.gz'])('stopped anywhere and gone on from there, every record comes once (%s)', async (zipped) => {
    const path = newPath(`txt${zipped}`)
    writeFileSync(path, zipped === '' ? contents[kind] : gzipSync(contents[kind]))
    const whole = await drive(sources[kind], listed(path), { batchRecords: 1000 })
    await whole.run()
    expect(whole.records.length).toBe(kind === 'jsonLines' ? 29_400 : 30_000)
    expect(whole.actor.progress!()).toMatchObject({ unit: 'bytes' })
    for (const stop of [0, 1, 999, 14_000, 29_000]) {
      const before = await drive(sources[kind], listed(path), { batchRecords: 700 })
      await before.run(() => before.records.length >= stop)
      const chunks = before.actor.snapshot!(1)
      await before.actor.close!()
      const after = await drive(sources[kind], listed(path), { batchRecords: 900, chunks })
      const { position, size } = after.actor.progress!()!
      expect(position <= size && position >= 0).toBe(true)
      await after.run()
      expect([...before.records, ...after.records]).toEqual(whole.records)
      const end = after.actor.progress!()!
      expect(end.position).toBe(end.size)
      expect(await (await drive(sources[kind], listed(path), { chunks: after.actor.snapshot!(2) })).run()).toBe('end')
    }
  })
})

test('a text file is not read again from its beginning', async () => {
  const path = newPath('txt')
  writeFileSync(path, contents.lines)
  const { actor, records, run } = await drive(linesSource, listed(path), { batchRecords: 1000 })
  await run(() => records.length >= 20_000)
  const [{ value }] = actor.snapshot!(1) as [StateChunk]
  await actor.close!()
  expect((value as { position: { byte: number } }).position.byte).toBeGreaterThan(1000)
})

describe('a file that is shorter than what was read of it is an error with path and place', () => {
  test.each(['lines', 'csv'] as const)('%s', async (kind) => {
    const path = newPath('txt')
    writeFileSync(path, contents[kind])
    const before = await drive(sources[kind], listed(path), { batchRecords: 1000 })
    await before.run(() => before.records.length >= 20_000)
    const chunks = before.actor.snapshot!(1)
    await before.actor.close!()
    truncateSync(path, 5_000)
    const { run } = await drive(sources[kind], listed(path), { chunks })
    await expect(run()).rejects.toMatchObject({
      code: 'MR_SOURCE_FAILED',
      message: expect.stringMatching(/file-\d+\.txt.*shorter/) as string,
    })
  })
})

test('a file that vanished is an error with its path', async () => {
  const { run } = await drive(linesSource, listed(join(dir, 'none.txt')))
  await expect(run()).rejects.toMatchObject({ code: 'MR_PATH_UNUSABLE', message: expect.stringMatching(/none\.txt.*ENOENT/) as string })
})

test('a .gz file that is cut is an error with its path and the byte', async () => {
  const path = newPath('gz')
  const whole = gzipSync(contents.csv)
  writeFileSync(path, whole.subarray(0, whole.length >> 1))
  const { run, records } = await drive(linesSource, listed(path), { batchRecords: 1000 })
  await expect(run()).rejects.toMatchObject({
    code: 'MR_INPUT_INVALID',
    message: expect.stringMatching(/\.gz \(byte \d+\): unexpected end/) as string,
  })
  expect(records.length).toBeGreaterThan(0)
})
