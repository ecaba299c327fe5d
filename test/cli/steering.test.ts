import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { clip } from '../../src/cli/align.ts'
import { jsonLine } from '../../src/cli/json-line.ts'
import { commandLogger } from '../../src/cli/run/log-reporter.ts'
import { job, jsonLines, millrace } from './spawn-command.ts'

// oxlint-disable-next-line no-control-regex
const STEERING = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/

test('neither words of errors nor names of folders steer a terminal', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'millrace-steering-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  const run = ['run', job('steering'), '--workers', '1', '--no-commands']
  const [made, failed, json] = await Promise.all([millrace(['init', 'a\u001b[2Jb'], { cwd }), millrace(run), millrace([...run, '--json'])])
  expect(made.stdout).toContain(String.raw`a\x1b[2Jb`)
  expect(failed.stderr).toMatch(/restarting as attempt.*\\x1b\]0;owned\\x07\\x9b2J by 0/)
  expect(failed.stderr).toContain(String.raw`caused by Error: \x1b]0;owned\x07\x9b2J by 0`)
  for (const text of [made.stdout, failed.stderr, json.stderr]) expect(text).not.toMatch(STEERING)
  expect(JSON.stringify(jsonLines(json.stderr).at(-1))).toContain(JSON.stringify('\u001b]0;owned\u0007\u009b2J by 0').slice(1, -1))
})

test.each(['json', 'pretty', 'off'] as const)('a line of --log %s does not, either', (format) => {
  const lines: string[] = []
  const words = '\u001b]0;owned\u0007\u009b2J'
  const err = { message: words, stack: `Error: ${words}\n    at here` }
  commandLogger(format, (line) => lines.push(line)).error({ event: 'failed', job: 'orders', err }, words)
  expect(lines.join('')).toContain('owned')
  expect(lines.join('')).not.toMatch(STEERING)
  if (format === 'json') expect(JSON.parse(lines[0]!)).toMatchObject({ msg: words, err })
})

test('what is not ours is one printable line where it is cut to a width, and the same data as JSON', () => {
  expect(clip('a\u001b\nb', 20)).toBe(String.raw`a\x1b\x0ab`)
  const line = jsonLine('\u007f\u009b\u001b\t')
  expect(line.trimEnd()).not.toMatch(STEERING)
  expect(JSON.parse(line)).toBe('\u007f\u009b\u001b\t')
})
