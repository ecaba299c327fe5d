import type { BadRecords } from '../actor/record-guard.ts'
import { describeError } from '../core/failure.ts'
import { refuseOption } from '../core/refuse-option.ts'
import type { RunStats } from '../control/protocol.ts'
import { mergedBadRecords } from '../observe/bad-records.ts'
import type { RunNotice } from './notices.ts'
import type { RunResult } from './run.ts'

/** What a pino logger is, as far as it is used. Any object with these methods will do. */
export interface RunLogger {
  info(fields: Readonly<Record<string, unknown>>, message: string): void
  warn(fields: Readonly<Record<string, unknown>>, message: string): void
  error(fields: Readonly<Record<string, unknown>>, message: string): void
}

interface LoggedRun {
  readonly done: Promise<RunResult>
  onNotice(listener: (notice: RunNotice) => void): unknown
  stats(): Promise<RunStats>
}

/** Records that were left out are counted and told so often, no line a record: a bad input would fill the log. */
const BAD_RECORDS_INTERVAL_MS = 10_000

/** Lines with names that stay. What a logger throws is its own affair: the run goes on. */
export class LogLines {
  readonly #logger: RunLogger
  readonly #job: string | undefined
  #bad: readonly BadRecords[] = []

  constructor(logger: RunLogger, job?: string) {
    this.#logger = logger
    this.#job = job
  }

  line(level: keyof RunLogger, event: string, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    try {
      this.#logger[level]({ event, ...(this.#job !== undefined && { job: this.#job }), ...fields }, message)
    } catch {
      // Nobody could be told but by another log.
    }
  }

  notice({ type, text, failure, checkpoint }: RunNotice): void {
    const level = type === 'restart' || type === 'checkpoint-failed' ? 'warn' : 'info'
    this.line(level, type, text, { ...(failure && { err: failure }), ...(checkpoint && { checkpoint }) })
  }

  failed(error: unknown): void {
    const err = describeError(error)
    this.line('error', 'failed', err.message, { err })
  }

  /** @param counts since the job began; a line for each operator that has more than before */
  badRecords(counts: readonly BadRecords[]): void {
    for (const { operator, skipped, deadLettered } of counts) {
      const before = this.#bad.find((count) => count.operator === operator)
      const [moreSkipped, moreLetters] = [skipped - (before?.skipped ?? 0), deadLettered - (before?.deadLettered ?? 0)]
      if (moreSkipped <= 0 && moreLetters <= 0) continue
      const text = `${operator} has left out ${moreSkipped + moreLetters} more records: ${skipped} skipped, ${deadLettered} dead letters in all`
      this.line('warn', 'bad-records', text, { operator, skipped, deadLettered })
    }
    this.#bad = counts
  }

  /** Until the run ends, which tells its counts itself. */
  followBadRecords(run: Pick<LoggedRun, 'done' | 'stats'>, intervalMs = BAD_RECORDS_INTERVAL_MS): void {
    const look = async (): Promise<void> => {
      const { workers } = await run.stats()
      this.badRecords(mergedBadRecords(workers.flatMap(({ actors }) => actors)))
    }
    // A run that restarts or has ended does not answer.
    const timer = setInterval(() => void look().catch(() => {}), intervalMs)
    timer.unref()
    const stop = (): void => clearInterval(timer)
    run.done.then(stop, stop)
  }
}

/** Each line has `event` and `job`. */
export function logRun(run: LoggedRun, logger: RunLogger, about: { readonly job: string; readonly workers: number }): void {
  const { job, workers } = about
  const log = new LogLines(logger, job)
  log.line('info', 'started', `${job} runs on ${workers} workers`, { workers })
  run.onNotice((notice) => log.notice(notice))
  log.followBadRecords(run)
  void run.done.then(
    ({ outcome, restarts, badRecords }) => {
      if (badRecords) log.badRecords(badRecords)
      log.line('info', 'ended', `${job} has ${outcome}`, { outcome, restarts, ...(badRecords && { badRecords }) })
    },
    (error: unknown) => log.failed(error),
  )
}

/** @throws MillraceError MR_OPTION_INVALID */
export function checkLogger(logger: RunLogger | undefined): void {
  if (logger === undefined) return
  const given = logger as Partial<Record<keyof RunLogger, unknown>> | null
  if (given === null || !(['info', 'warn', 'error'] as const).every((level) => typeof given[level] === 'function'))
    refuseOption('logger', logger, 'a logger with info, warn and error, as pino makes them')
}
