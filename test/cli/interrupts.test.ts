import { expect, test } from 'vitest'
import { RunControl } from '../../src/cli/run/run-control.ts'
import type { RunEvent } from '../../src/cli/run/run-event.ts'
import { job, jsonLines, millrace, type Watched } from './spawn-command.ts'

/** Sends one signal when each pattern has come on standard error, in this order. */
function signals(steps: readonly (readonly [text: RegExp, signal: NodeJS.Signals])[]): (text: string, command: Watched) => void {
  let next = 0
  return (text, command) => {
    const step = steps[next]
    if (step === undefined || !step[0].test(text)) return
    next++
    command.signal(step[1])
  }
}

test('Ctrl-C drains: sources end, last results come out, the exit code is 0', async () => {
  const { exitCode, stdout, stderr } = await millrace(['run', job('endless'), '--workers', '2', '--json'], {
    onStderr: signals([[/"recordsIn":[1-9]/, 'SIGINT']]),
  })
  const counts = jsonLines(stdout).map(({ record }) => record as { key: number; count: number })
  expect(new Set(counts.map(({ key }) => key))).toEqual(new Set([0, 1]))
  const events = jsonLines(stderr)
  expect(events.some(({ event }) => event === 'draining')).toBe(true)
  expect(events.at(-1)).toMatchObject({ event: 'ended', outcome: 'drained' })
  expect(exitCode).toBe(0)
})

test('Ctrl-C twice stops: also a job whose output nobody takes, with exit code 130', async () => {
  const { exitCode, signal, stderr } = await millrace(['run', job('chatty'), '--workers', '2', '--json'], {
    readsOutput: false,
    onStderr: signals([
      [/"event":"progress"/, 'SIGINT'],
      [/"event":"draining"/, 'SIGINT'],
    ]),
  })
  expect(signal).toBeNull()
  expect(exitCode).toBe(130)
  expect(
    jsonLines(stderr)
      .map(({ event }) => event)
      .filter((event) => event !== 'progress' && event !== 'checkpoint'),
  ).toEqual(['started', 'draining', 'stopping', 'ended'])
  expect(jsonLines(stderr).at(-1)).toMatchObject({ outcome: 'stopped' })
})

test('Ctrl-C twice at once stops, however fast the job drains', async () => {
  const { exitCode, stderr } = await millrace(['run', job('endless'), '--workers', '1', '--json'], {
    onStderr: signals([
      [/"recordsIn":[1-9]/, 'SIGINT'],
      [/"event":"draining"/, 'SIGINT'],
    ]),
  })
  const events = jsonLines(stderr)
  // The process may have ended before the second signal was sent.
  const stopped = events.some(({ event }) => event === 'stopping')
  expect(events.at(-1)).toMatchObject({ event: 'ended', outcome: stopped ? 'stopped' : 'drained' })
  expect(exitCode).toBe(stopped ? 130 : 0)
})

test.each(['finished', 'stopped'] as const)('a run that was asked to stop counts as stopped, though it ended as %s', (outcome) => {
  const events: RunEvent[] = []
  const control = new RunControl({ report: (event) => void events.push(event), giveWay: () => {} })
  try {
    process.emit('SIGINT')
    process.emit('SIGINT')
  } finally {
    control.release()
  }
  expect(control.ended({ outcome, restarts: 0 }, 0)).toBe(130)
  expect(events.map(({ event }) => event).filter((event) => event !== 'note')).toEqual(['draining', 'stopping', 'ended'])
  expect(events.at(-1)).toMatchObject({ outcome: 'stopped' })
})

test('SIGTERM stops behind a checkpoint, with exit code 130', async () => {
  const { exitCode, stderr } = await millrace(['run', job('endless'), '--workers', '1'], { onStderr: signals([[/runs on/, 'SIGTERM']]) })
  expect(stderr).toMatch(/stopping behind a checkpoint.*\nstopped after/)
  expect(exitCode).toBe(130)
})

test('a reader of standard output that leaves stops the job', async () => {
  const { exitCode, stdout } = await millrace(['run', job('chatty'), '--workers', '1'], {
    onStdout: (_text, command) => command.closeOutput(),
  })
  expect(stdout).toMatch(/^\{"outlet":"numbers"/)
  expect(exitCode).toBe(130)
})
