import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { csvSource, jsonLinesSource } from '../../actors/file-source.ts'
import { makeDir, removeDir } from '../engine/run-job.ts'
import { drive } from './drive.ts'

const dir = makeDir()
afterAll(() => removeDir(dir))
const path = join(dir, 'input.txt')

async function read(definition: typeof csvSource, content: string, onError: 'fail' | 'skip', spec: object = {}): Promise<unknown[]> {
  writeFileSync(path, content)
  const { records, run } = await drive(definition, { paths: [path], glob: null, watchMs: null, onError, ...spec })
  await run()
  return records
}

const failing = (message: RegExp) => ({ code: 'MR_INPUT_INVALID', message: expect.stringMatching(message) as string })

describe('JSON lines', () => {
  const content = '{"n":1}\n{"n":\nnull\n\n{"n":4}x\n{"n":5}'

  test('skip leaves out those that are no JSON, and only those', async () => {
    expect(await read(jsonLinesSource, content, 'skip')).toEqual([{ n: 1 }, null, { n: 5 }])
  })

  test('fail says which file, line and byte, and shows the line', async () => {
    await expect(read(jsonLinesSource, content, 'fail')).rejects.toMatchObject(
      failing(/^Line 2 of .*input\.txt \(byte 8\) is bad: .*"\{\\"n\\":"/),
    )
  })
})

describe('CSV', () => {
  const content = 'a,b\n1,2\n3\n4,5,6\n"7","8\n8"\n9,"x"y\n10,11\n'
  const good = [
    { a: '1', b: '2' },
    { a: '7', b: '8\n8' },
    { a: '10', b: '11' },
  ]

  test('skip leaves out rows with a wrong number of fields or broken quotes, and only those', async () => {
    expect(await read(csvSource, content, 'skip')).toEqual(good)
  })

  test('fail says which file and line', async () => {
    await expect(read(csvSource, content, 'fail')).rejects.toMatchObject(
      failing(/^Line 3 of .*input\.txt \(byte \d+\) is bad: Invalid Record Length/),
    )
  })

  test('a row that parse refuses is a bad one', async () => {
    const parse = ({ a }: { a: string }): number => {
      if (a === '7') throw new RangeError('not seven')
      return Number(a)
    }
    expect(await read(csvSource, content, 'skip', { parse })).toEqual([1, 10])
    await expect(read(csvSource, 'a\n1\n7\n', 'fail', { parse })).rejects.toMatchObject(failing(/^Line 3 of .*: not seven\. It is/))
  })

  test('without quotes, a quote is a character', async () => {
    expect(await read(csvSource, 'a,b\n"1,2"\n', 'fail', { quote: false })).toEqual([{ a: '"1', b: '2"' }])
  })

  test('a header that cannot be read fails under every policy: nobody would know what the rows are', async () => {
    await expect(read(csvSource, 'a,"b"x\n1,2\n', 'skip')).rejects.toMatchObject(failing(/Cannot read .*input\.txt/))
  })

  test('an open quote takes the rest of the file with it', async () => {
    expect(await read(csvSource, 'a\n1\n"2\n3\n', 'skip')).toEqual([{ a: '1' }])
    await expect(read(csvSource, 'a\n1\n"2\n3\n', 'fail')).rejects.toMatchObject(failing(/input\.txt.*Quote Not Closed/))
  })
})
