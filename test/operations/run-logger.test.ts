import { pino } from 'pino'
import { expect, test } from 'vitest'
import { prettyLine } from '../../src/cli/run/log-reporter.ts'
import { LogLines, type RunLogger, checkLogger, logRun } from '../../src/app/run-logger.ts'
import type { RunNotice } from '../../src/app/notices.ts'
import type { RunResult } from '../../src/app/run.ts'
import { describeError } from '../../src/core/failure.ts'

/** A run that nobody asks in the time of a test. */
const stats = (): never => {
  throw new Error('asked')
}

type Line = readonly [level: string, fields: Readonly<Record<string, unknown>>, message: string]

function logged(done: Promise<RunResult>) {
  const lines: Line[] = []
  const to = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) => void lines.push([level, fields, message])
  let tell = (_: RunNotice): void => {}
  const run = { done, stats, onNotice: (listener: typeof tell) => void (tell = listener) }
  logRun(run, { info: to('info'), warn: to('warn'), error: to('error') }, { job: 'orders', workers: 2 })
  return { lines, tell: (notice: RunNotice) => tell(notice) }
}

test('a logger gets a line for start, restart with its failure, checkpoint and end, each with its event and its job', async () => {
  const done = Promise.resolve<RunResult>({ outcome: 'finished', restarts: 1 })
  const { lines, tell } = logged(done)
  const failure = describeError(new RangeError('no'))
  tell({ type: 'restart', text: 'restarting', failure })
  tell({ type: 'checkpoint', text: 'checkpoint 1 complete' })
  await done
  await Promise.resolve()
  expect(lines).toEqual([
    ['info', { event: 'started', job: 'orders', workers: 2 }, 'orders runs on 2 workers'],
    ['warn', { event: 'restart', job: 'orders', err: failure }, 'restarting'],
    ['info', { event: 'checkpoint', job: 'orders' }, 'checkpoint 1 complete'],
    ['info', { event: 'ended', job: 'orders', outcome: 'finished', restarts: 1 }, 'orders has finished'],
  ])
})

test('a run that fails is a line of level error with what failed; a logger that throws harms nobody; what is no logger is refused', async () => {
  const done = Promise.reject<RunResult>(new RangeError('broken'))
  const { lines } = logged(done)
  await done.catch(() => {})
  await Promise.resolve()
  expect(lines.at(-1)).toMatchObject(['error', { event: 'failed', err: { class: 'RangeError', message: 'broken' } }, 'broken'])
  const broken = (): never => {
    throw new Error('full disk')
  }
  const quiet = { done: Promise.resolve<RunResult>({ outcome: 'finished', restarts: 0 }), stats, onNotice: () => {} }
  expect(() => logRun(quiet, { info: broken, warn: broken, error: broken }, { job: 'orders', workers: 1 })).not.toThrow()
  expect(() => checkLogger({ info: () => {} } as never)).toThrow(/logger/)
})

test('records that were left out are told as counts, by operator, when there are more than before', () => {
  const lines: Line[] = []
  const to = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) => void lines.push([level, fields, message])
  const log = new LogLines({ info: to('info'), warn: to('warn'), error: to('error') }, 'orders')
  const counts = (skipped: number, deadLettered: number) => [
    { operator: 'parse', skipped, deadLettered },
    { operator: 'price', skipped: 0, deadLettered: 0 },
  ]
  for (const now of [counts(0, 0), counts(1, 2), counts(1, 2), counts(1, 5)]) log.badRecords(now)
  expect(lines.map(([level, fields]) => [level, fields])).toEqual([
    ['warn', { event: 'bad-records', job: 'orders', operator: 'parse', skipped: 1, deadLettered: 2 }],
    ['warn', { event: 'bad-records', job: 'orders', operator: 'parse', skipped: 1, deadLettered: 5 }],
  ])
  expect(lines[1]![2]).toBe('parse has left out 3 more records: 1 skipped, 5 dead letters in all')
})

test('pino itself is such a logger: its lines have level, event, job and the stack of what failed, and read well', async () => {
  const lines: string[] = []
  const logger: RunLogger = pino({ base: null }, { write: (line: string) => void lines.push(line) })
  expect(() => checkLogger(logger)).not.toThrow()
  const done = Promise.reject<RunResult>(new RangeError('broken'))
  logRun({ done, stats, onNotice: () => {} }, logger, { job: 'orders', workers: 2 })
  await done.catch(() => {})
  await Promise.resolve()
  const [started, failed] = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(started).toMatchObject({ level: 30, event: 'started', job: 'orders', workers: 2, msg: 'orders runs on 2 workers' })
  expect(failed).toMatchObject({
    level: 50,
    event: 'failed',
    msg: 'broken',
    err: { class: 'RangeError', stack: expect.stringMatching(/ at /) },
  })
  expect(prettyLine(lines[1]!)).toMatch(/^\d{4}-\S+Z ERROR failed: broken\n {4}RangeError: broken\n( {8}at .*\n)+$/)
})
