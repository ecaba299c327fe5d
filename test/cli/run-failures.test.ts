import { expect, test } from 'vitest'
import { job, jsonLines, millrace } from './spawn-command.ts'

const workers = ['--workers', '2']

test('a failing job exits with 1 and says code, operator, place, causes, remedy and link; stacks with --verbose', async () => {
  const { exitCode, stderr } = await millrace(['run', job('failing'), ...workers])
  const lines = stderr.split('\n')
  const at = lines.findIndex((line) => line.startsWith('MR_RESTARTS_EXHAUSTED: '))
  expect(lines.slice(at + 1)).toEqual([
    '  operator: picky',
    expect.stringMatching(/^ {2}defined at: .*failing\.js:\d+:\d+$/),
    '  caused by MR_OPERATOR_FAILED: An operator threw RangeError: two is too much',
    '  caused by RangeError: two is too much',
    '  caused by Error: the root of it',
    expect.stringMatching(/^ {2}what to do: /),
    '  more: docs/errors.md#mr_operator_failed',
    '',
  ])
  expect(lines.filter((line) => line.startsWith('restarting as attempt'))).toHaveLength(5)
  expect(exitCode).toBe(1)
  const verbose = await millrace(['run', job('failing'), ...workers, '--verbose'])
  expect(verbose.stderr).toMatch(/caused by RangeError: two is too much\n {4}at .*failing\.js:\d+:\d+/)
})

test('a failure is an event with --json', async () => {
  const { stderr } = await millrace(['run', job('failing'), '--workers', '1', '--json'])
  expect(jsonLines(stderr).at(-1)).toMatchObject({
    event: 'failed',
    error: {
      code: 'MR_RESTARTS_EXHAUSTED',
      operator: 'picky',
      docs: 'docs/errors.md#mr_operator_failed',
      cause: { cause: { class: 'RangeError' } },
    },
  })
})

test('an inlet, which only a program can fill, is named', async () => {
  const { exitCode, stderr } = await millrace(['run', job('inlet'), '--workers', '1'], {
    onStderr: (text, command) => {
      if (text.includes('gets no records') && !text.includes('draining')) command.signal('SIGINT')
    },
  })
  expect(stderr).toContain('inlet "numbers" gets no records')
  expect(exitCode).toBe(0)
})

test('what would come again takes no restarts: a directory for --capture that cannot be', async () => {
  const { exitCode, stderr } = await millrace(['run', job('failing'), ...workers, '--capture', '/dev/null/frames'])
  expect(stderr).toMatch(/^MR_PATH_UNUSABLE: captureDir cannot be written: ENOTDIR/m)
  expect(stderr).not.toContain('restarting')
  expect(exitCode).toBe(1)
})
