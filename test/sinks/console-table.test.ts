import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { TableText, cellText } from '../../actors/table-text.ts'
import { runLaunch } from '../engine/programs/spawn.ts'

const job = new URL('./jobs/table.js', import.meta.url).href
const COUNT = 50_000

test('columns are as wide as what is in them, whatever the characters', () => {
  const value = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.integer(),
    fc.constantFrom('日本語', '👩‍👩‍👧', null, true, { a: 1 }),
  )
  fc.assert(
    fc.property(fc.array(fc.record({ name: value, n: value }), { minLength: 1, maxLength: 8 }), (rows) => {
      const table = new TableText(['name', 'n', 'end'], stringWidth)
      const whole = rows.map((row) => ({ ...row, end: '|' }))
      for (const row of whole) table.fit(row)
      const lines = whole.map((row) => table.row(row))
      expect(new Set(lines.map((line) => stringWidth(line))).size).toBe(1)
      for (const line of lines) expect(stringWidth(table.clip(line, 10))).toBeLessThanOrEqual(10)
    }),
  )
})

test('a cell is one line of text, without control characters', () => {
  expect(cellText('a\nb\u001B[31mc\tend')).toBe('a b [31mc end')
  expect([cellText({ big: 1n }), cellText(new Date(NaN))]).toEqual(['{"big":"1"}', 'Invalid Date'])
  expect([cellText(undefined), cellText(0n), cellText(new Date(0)), cellText([1])]).toEqual(['', '0', '1970-01-01T00:00:00.000Z', '[1]'])
})

test('where there is no terminal, every record is a line below one header', async () => {
  const { stdout, exitCode } = await runLaunch(job, { workers: 2, config: { count: COUNT } })
  expect(exitCode).toBe(0)
  const [header, ...lines] = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('{'))
  expect(header).toMatch(/^key +count$/)
  expect(stdout).not.toContain('\x1b')
  for (const word of ['plain', '日本語', '👩‍👩‍👧 family', 'é', 'tab here']) {
    const counts = lines.filter((line) => line.startsWith(`${word} `)).map((line) => Number(/(\d+)$/.exec(line)![1]))
    expect(counts.at(-1)).toBe(COUNT / 5)
  }
})

test('on a terminal, the newest row of each key stands at its place, and no more than there is room for', (context) => {
  const launch = fileURLToPath(new URL('../engine/programs/launch.js', import.meta.url))
  const run = (rows: number): string => {
    const options = JSON.stringify({ workers: 2, config: { count: COUNT, rows } })
    const command = `stty cols 60 rows 30; '${process.execPath}' '${launch}' '${job}' '${options}'`
    const { stdout, error } = spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8', timeout: 25_000 })
    if (error !== undefined || !stdout.includes('key')) context.skip('there is no `script` that runs a command in a terminal')
    return stdout
  }
  const screen = screenOf(run(3)).filter((line) => line !== '' && !line.startsWith('{'))
  expect(screen[0]).toMatch(/^key +count$/)
  expect(screen).toHaveLength(5)
  expect(screen[4]).toBe('and 2 more')
  for (const line of screen.slice(1, 4)) expect(line).toMatch(new RegExp(` ${COUNT / 5}$`))
})

/** What is left of text in which a block is drawn again and again in place. */
function screenOf(text: string): string[] {
  const lines: string[] = ['']
  for (const [part] of text
    .replaceAll('\r\n', '\n')
    .replaceAll('\x1b', '␛')
    .matchAll(/␛\[(\d+)A\r␛\[J|\n|[^\n␛]+/g)) {
    const up = /^␛\[(\d+)A/.exec(part)
    if (up) lines.splice(lines.length - 1 - Number(up[1]), Infinity, '')
    else if (part === '\n') lines.push('')
    else lines[lines.length - 1] += part
  }
  return lines
}
