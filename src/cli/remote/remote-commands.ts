import { setTimeout as pause } from 'node:timers/promises'
import { registeredRuns } from '../../app/registry/registered-runs.ts'
import type { SavepointReport } from '../../control/protocol.ts'
import type { LogEntry } from '../../ui/run-log.ts'
import type { Picture } from '../../ui/picture.ts'
import { alignRows } from '../align.ts'
import { type CommandAnswer, done } from '../command-answer.ts'
import { EXIT } from '../exit-code.ts'
import { jsonBlock } from '../json-line.ts'
import { bytesText, clockText, countText } from '../quantities.ts'
import { progressBlock } from '../run/progress-text.ts'
import { UsageError } from '../usage-error.ts'
import { RemoteRun, RunGone, findRun } from './remote-run.ts'

interface JsonFlag {
  readonly json: boolean
}

export interface StopFlags extends JsonFlag {
  readonly drain: boolean
  readonly savepoint: boolean
  readonly wait: boolean
  readonly timeout: number
}

/** Rates are those between two looks. */
const LOOK_MS = 400
const GONE_LOOK_MS = 100
const TEXT_WIDTH = 120

/** All runs of this user. Those that do not answer are listed as such; those that are gone are forgotten. */
export async function psCommand({ json }: JsonFlag): Promise<CommandAnswer> {
  const runs = (await Promise.all(registeredRuns().map((run) => summary(new RemoteRun(run))))).filter((run) => run !== null)
  if (json) return done(jsonBlock(runs))
  if (runs.length === 0) return done('no run of this user was found\n')
  const rows = runs.map((run) => [
    String(run.pid),
    run.job,
    run.state,
    clockText(run.upMs),
    run.recordsPerSecond === null ? '' : `${countText(run.recordsPerSecond)}/s`,
    run.checkpoint === null ? '' : String(run.checkpoint),
    run.restarts === null ? '' : String(run.restarts),
    run.stateDir ?? '',
  ])
  const head = ['process', 'job', 'state', 'up', 'records', 'checkpoint', 'restarts', 'state directory']
  return done(`${alignRows([head, ...rows], [0, 3, 4, 5, 6]).join('\n')}\n`)
}

/** What `millrace run` shows on a terminal, once. */
export async function statusCommand(meant: string | undefined, { json }: JsonFlag): Promise<CommandAnswer> {
  const remote = findRun(meant)
  const picture = await lookTwice(remote)
  const log = await remote.get<readonly LogEntry[]>('/api/log')
  const { pid, job, startedAtMs, stateDir, workers, cwd } = remote.run
  if (json) return done(jsonBlock({ pid, job, startedAtMs, stateDir, workers, cwd, now: picture, log }))
  if (picture === null) return done(`${job} (process ${pid}) has nothing to tell yet\n`)
  const newest = log.findLast(({ type }) => type === 'checkpoint')
  const moment = {
    job: `${job} (process ${pid})`,
    elapsedMs: Date.now() - startedAtMs,
    checkpointAgeMs: newest === undefined ? null : Date.now() - newest.atMs,
  }
  const failed = log.findLast((entry) => entry.type === 'restart')
  const lines = [
    ...progressBlock(picture.progress, moment, TEXT_WIDTH),
    ...(failed === undefined ? [] : [`  last restart: ${new Date(failed.atMs).toISOString()} ${failed.failure.message}`]),
  ]
  return done(`${lines.join('\n')}\n`)
}

/** The name is that of a directory below the run's own for savepoints. */
export async function savepointCommand(meant: string, { name, json }: JsonFlag & { readonly name?: string }): Promise<CommandAnswer> {
  const report = await takeSavepoint(findRun(meant), name)
  return done(json ? jsonBlock(report) : savepointText(report))
}

/** @throws UsageError as findRun(); a run that has not ended in time goes on ending: exit code 1 */
export async function stopCommand(meant: string, { drain, savepoint, wait, timeout, json }: StopFlags): Promise<CommandAnswer> {
  if (drain && savepoint) throw new UsageError('--drain and --savepoint exclude each other: what has drained is over')
  const remote = findRun(meant)
  const taken = savepoint ? await takeSavepoint(remote) : null
  await remote.post('/api/stop', { drain })
  const ended = wait ? await hasEnded(remote, timeout) : null
  const { job, pid } = remote.run
  const text = `${job} (process ${pid}) ${ended === null ? 'was asked to end' : ended ? 'has ended' : `still goes on after ${timeout / 1000} s`}\n`
  return {
    text: json
      ? jsonBlock({ pid, job, asked: drain ? 'drain' : 'stop', ended, savepoint: taken })
      : `${taken === null ? '' : savepointText(taken)}${text}`,
    exitCode: ended === false ? EXIT.failed : EXIT.done,
  }
}

function takeSavepoint(remote: RemoteRun, name?: string): Promise<SavepointReport> {
  return remote.post('/api/savepoint', name === undefined ? {} : { name })
}

function savepointText({ id, dir, bytes }: SavepointReport): string {
  return `savepoint ${id}, ${bytesText(bytes)}: ${dir}\n`
}

async function summary(remote: RemoteRun) {
  const { pid, job, startedAtMs, stateDir, workers } = remote.run
  const known = { pid, job, upMs: Date.now() - startedAtMs, workers, stateDir }
  try {
    const picture = await lookTwice(remote)
    if (picture === null) return { ...known, state: 'starting', recordsPerSecond: null, checkpoint: null, restarts: null }
    const { progress, point } = picture
    const { state, checkpoint, restarts } = progress
    return { ...known, state, recordsPerSecond: Math.round(point.recordsPerSecond), checkpoint, restarts }
  } catch (error) {
    if (error instanceof RunGone) return null
    return { ...known, state: 'no answer', recordsPerSecond: null, checkpoint: null, restarts: null }
  }
}

/** Null before the run has anything to show. */
async function lookTwice(remote: RemoteRun): Promise<Picture | null> {
  await remote.get('/api/status')
  await pause(LOOK_MS)
  return remote.get<Picture | null>('/api/status')
}

async function hasEnded(remote: RemoteRun, timeoutMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + timeoutMs
  while (performance.now() < deadlineMs) {
    try {
      await remote.get('/health')
    } catch (error) {
      if (error instanceof RunGone || isCutOff(error)) return true
      throw error
    }
    await pause(GONE_LOOK_MS)
  }
  return false
}

/** The thread that answers ends with the run, also in the middle of an answer. */
function isCutOff(error: unknown): boolean {
  return ['ECONNRESET', 'EPIPE'].includes((error as NodeJS.ErrnoException).code ?? '')
}
