import { join } from 'node:path'
import { expect, test } from 'vitest'
import { job, jsonLines, millrace, temporaryDir } from '../../cli/spawn-command.ts'

const COUNTS = [
  { key: 0, count: 20_000 },
  { key: 1, count: 20_000 },
]

function supervised(dir: string, config: Readonly<Record<string, string>>, more: readonly string[] = []): string[] {
  const settings = Object.entries({ marker: join(dir, 'marker'), ...config }).flatMap(([name, value]) => ['--config', `${name}=${value}`])
  return ['run', job('dying'), '--supervise', '--state', join(dir, 'state'), '--workers', '2', '--json', ...settings, ...more]
}

/** What the job counted, in order. */
function countsIn(stdout: string): unknown[] {
  const records = jsonLines(stdout).map(({ record }) => record as { key: number; count: number })
  return records.sort((a, b) => a.key - b.key)
}

function notesIn(stderr: string): string[] {
  const lines = stderr.split('\n').filter((line) => line.startsWith('{'))
  return jsonLines(lines.join('\n')).flatMap(({ event, text }) => (event === 'note' ? [String(text)] : []))
}

test.each([
  ['kill', /ended by SIGKILL/],
  ['allocation', /ended by SIG(ABRT|TRAP|ILL)|with exit code 13\d/],
] as const)('a process that ends by %s is started again from its state, and the counts are exact', async (how, text) => {
  const ending = await millrace(supervised(temporaryDir(), { how }))
  expect(ending.exitCode, ending.stderr).toBe(0)
  expect(countsIn(ending.stdout)).toEqual(COUNTS)
  const [note, ...others] = notesIn(ending.stderr)
  expect(note).toMatch(text)
  expect(others).toEqual([])
})

test('a process that is killed when its job has finished is not started again; one that has finished before is', async () => {
  const dir = temporaryDir()
  for (const _ of [1, 2]) {
    const ending = await millrace(supervised(dir, { how: 'finished' }))
    expect(ending.exitCode, ending.stderr).toBe(0)
    expect(notesIn(ending.stderr)).toEqual([expect.stringMatching(/ended by SIGKILL.*, but the job had finished$/)])
    expect(
      jsonLines(
        ending.stderr
          .split('\n')
          .filter((line) => line.startsWith('{'))
          .join('\n'),
      ).filter(({ event }) => event === 'started'),
    ).toHaveLength(1)
  }
})

test('a process that is lost again and again is given up, with what ended it', async () => {
  const ending = await millrace(supervised(temporaryDir(), { how: 'kill', always: 'true' }, ['--process-restarts', '2']))
  expect(ending.exitCode).toBe(1)
  expect(notesIn(ending.stderr).length).toBe(2)
  expect(jsonLines(ending.stderr.split('\n').filter(Boolean).at(-1)!)[0]).toMatchObject({
    event: 'failed',
    error: { code: 'MR_RESTARTS_EXHAUSTED', cause: { code: 'MR_PROCESS_LOST', message: expect.stringContaining('SIGKILL') } },
  })
})

test('what would come again is not tried again, and needs a state directory', async () => {
  const missing = await millrace(['run', join(temporaryDir(), 'missing.js'), '--supervise', '--state', join(temporaryDir(), 'state')])
  expect(missing.exitCode).not.toBe(0)
  expect(missing.stderr).not.toContain('goes on from its state')
  const stateless = await millrace(['run', job('dying'), '--supervise'])
  expect([stateless.exitCode, stateless.stderr]).toEqual([2, expect.stringContaining('--supervise needs --state')])
})

test.each(['SIGINT', 'SIGTERM'] as const)('%s reaches the process of the job once, and no other is started', async (signal) => {
  let sent = false
  const ending = await millrace(supervised(temporaryDir(), { count: '100000000' }), {
    onStderr: (text, command) => {
      if (sent || !/"recordsIn":[1-9]/.test(text)) return
      sent = true
      command.signal(signal)
    },
  })
  expect(ending.exitCode, ending.stderr).toBe(signal === 'SIGINT' ? 0 : 130)
  const events = jsonLines(ending.stderr).map(({ event }) => event)
  expect(events.filter((event) => event === 'started')).toHaveLength(1)
  expect(jsonLines(ending.stderr).at(-1)).toMatchObject({ event: 'ended', outcome: signal === 'SIGINT' ? 'drained' : 'stopped' })
})

test('a supervisor that is killed leaves no process behind: that one stops behind a checkpoint', async () => {
  let killed = false
  // Standard error ends when the last process that has it has ended.
  const ending = await millrace(supervised(temporaryDir(), { count: '100000000' }), {
    onStderr: (text, command) => {
      if (killed || !/"recordsIn":[1-9]/.test(text)) return
      killed = true
      command.signal('SIGKILL')
    },
  })
  expect(ending.signal).toBe('SIGKILL')
  expect(jsonLines(ending.stderr).at(-1)).toMatchObject({ event: 'ended', outcome: 'stopped' })
})
