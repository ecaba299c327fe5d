import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { dropLetters, listLetters, requeueLetters, showLetter } from '../../src/cli/dlq/dlq-commands.ts'
import { UsageError } from '../../src/cli/usage-error.ts'

const ALL = { json: true, all: false, limit: 100 }

function letter(record: unknown, message = 'no', at = 0): string {
  const error = { code: 'MR_OPERATOR_FAILED', class: 'TypeError', message, stack: `TypeError: ${message}\n    at here` }
  return `${JSON.stringify({ record, operator: 'parse', site: 'job.ts:1:1', error, at, from: { source: 'lines', split: 0, position: 4 } })}\n`
}

function letters(...records: unknown[]): string {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-dlq-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  const file = join(dir, 'bad.jsonl')
  writeFileSync(file, records.map((record) => letter(record)).join(''))
  return file
}

const open = async (file: string): Promise<number[]> =>
  (JSON.parse((await listLetters(file, ALL)).text) as { letters: { number: number }[] }).letters.map(({ number }) => number)

test('letters are listed, shown, dropped and requeued; the file of letters is not touched', async () => {
  const file = letters({ n: 1 }, { n: 2 }, { n: 3 })
  const bytes = readFileSync(file, 'utf8')
  expect((await listLetters(file, { ...ALL, json: false })).text).toMatch(
    /2 +1970-\S+ +parse +TypeError: no +\{"n":2\}[\s\S]*3 open letters/,
  )
  expect((await showLetter(file, 2, { json: false })).text).toMatch(/lines, record 4[\s\S]*"n": 2[\s\S]*at here/)
  await dropLetters(file, [2])
  expect(await open(file)).toEqual([1, 3])
  const into = `${file}.again`
  await requeueLetters(file, [], into)
  expect(readFileSync(into, 'utf8')).toBe('{"n":1}\n{"n":3}\n')
  expect(await open(file)).toEqual([])
  expect(readFileSync(file, 'utf8')).toBe(bytes)
})

test('a letter that comes later is open, and so is another one at the number of one that was dropped', async () => {
  const file = letters({ n: 1 })
  await dropLetters(file, [])
  appendFileSync(file, letter({ n: 2 }))
  expect(await open(file)).toEqual([2])
  writeFileSync(file, letter({ n: 9 }))
  expect(await open(file)).toEqual([1])
})

test('a letter is requeued once, not at all when something in it is masked, and never into its own file', async () => {
  const file = letters({ n: 1 }, { card: { number: '***' } })
  const into = `${file}.again`
  await expect(requeueLetters(file, [], into)).rejects.toThrow(/letter 2 has masked fields/)
  await requeueLetters(file, [1], into)
  await expect(requeueLetters(file, [1], into)).rejects.toThrow(/requeued already/)
  await expect(requeueLetters(file, [2], file)).rejects.toThrow(UsageError)
  await expect(dropLetters(file, [7])).rejects.toThrow(/no letter 7/)
  expect(readFileSync(into, 'utf8')).toBe('{"n":1}\n')
})

test('a file that holds something else is refused with the line', async () => {
  const file = letters({ n: 1 })
  appendFileSync(file, '{"n":1}\n')
  await expect(listLetters(file, ALL)).rejects.toThrow(/line 2 .* is no dead letter/)
})

test('a last line that is still being written is no letter yet; a letter may hold what other readers take for an end of line', async () => {
  const file = letters({ text: 'a\u2028b\u2029c\rd' }, { n: 2 })
  const third = letter({ n: 3 })
  appendFileSync(file, third.slice(0, 40))
  expect(await open(file)).toEqual([1, 2])
  appendFileSync(file, third.slice(40, -1))
  expect(await open(file)).toEqual([1, 2])
  appendFileSync(file, '\n')
  expect(await open(file)).toEqual([1, 2, 3])
})

test('a line of handled letters that a kill has cut off does not swallow the next one', async () => {
  const file = letters({ n: 1 }, { n: 2 })
  writeFileSync(`${file}.handled`, '{"number":1,"ha')
  await dropLetters(file, [1])
  await dropLetters(file, [2])
  expect(await open(file)).toEqual([])
})

test('a letter that a restart has written again, later, stays handled', async () => {
  const file = letters({ n: 1 }, { n: 2 })
  await dropLetters(file, [1])
  writeFileSync(file, letter({ n: 1 }, 'no', 7_000) + letter({ n: 2 }, 'no', 7_000))
  expect(await open(file)).toEqual([2])
})

test('nothing in a letter steers the terminal on which it is shown', async () => {
  const file = letters()
  const hostile = '\x1b]0;owned\x07\x9b2J\x7f\r'
  writeFileSync(file, letter({ [hostile]: hostile }, hostile).replace('"parse"', JSON.stringify(hostile)))
  // oxlint-disable-next-line no-control-regex
  const steering = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/
  const texts = [
    await listLetters(file, { ...ALL, json: false }),
    await listLetters(file, ALL),
    await showLetter(file, 1, { json: false }),
    await showLetter(file, 1, { json: true }),
  ].map(({ text }) => text)
  for (const text of texts) expect(text).not.toMatch(steering)
  expect(texts[2]).toContain(String.raw`\x1b]0;owned\x07\x9b2J\x7f\x0d`)
  expect(JSON.parse(texts[3]!)).toMatchObject({ letter: { operator: hostile, record: { [hostile]: hostile } } })
})
