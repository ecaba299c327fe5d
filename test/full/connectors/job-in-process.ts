import { fork } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { Prng } from '../../../src/core/prng.ts'

const program = fileURLToPath(new URL('./job-process.js', import.meta.url))

export interface JobProcess {
  /** Until it has launched the job, or is over. */
  readonly started: Promise<void>
  /** How the run ended, null where the process was killed. */
  readonly ended: Promise<string | null>
  /** Until so many checkpoints more are complete, or it is over. */
  checkpoints(more: number): Promise<void>
  drain(): void
  kill(): void
}

export interface JobProcessOptions {
  readonly stateDir: string
  readonly config: object
  readonly workers?: number
  /** Of another Node.js than this. */
  readonly execPath?: string
  /** Between two checkpoints. Default 30. */
  readonly intervalMs?: number
  readonly env?: Readonly<Record<string, string>>
}

/** A job of `jobs/` in a process of its own. */
export function jobProcess(name: string, { stateDir, config, workers = 2, execPath, intervalMs = 30, env }: JobProcessOptions): JobProcess {
  const child = fork(program, [name, stateDir, String(workers), JSON.stringify(config), String(intervalMs)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
    ...(execPath !== undefined && { execPath }),
  })
  const told: string[] = []
  const waiting = new Set<() => void>()
  let over = false
  const stir = (): void => waiting.forEach((look) => look())
  const until = (holds: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!over && !holds()) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  child.on('message', (message) => {
    told.push(String(message))
    stir()
  })
  const ended = new Promise<string | null>((resolve) =>
    child.on('close', (_, signal) => {
      over = true
      stir()
      resolve(signal === null ? (told.at(-1) ?? null) : null)
    }),
  )
  const complete = (): number => told.filter((message) => message === 'checkpoint').length
  return {
    started: until(() => told.includes('started')),
    ended,
    checkpoints: (more) => {
      const wanted = complete() + more
      return until(() => complete() >= wanted)
    },
    drain: () => void child.send('drain'),
    kill: () => void child.kill('SIGKILL'),
  }
}

/**
 * Launches a job again and again, each time killed in another way, until it has ended or there are no more; then, if it has not, lets it end.
 *
 * @param way kills the process, or has it kill itself
 * @returns how many were killed
 */
export async function killedAndEnded(ways: readonly (() => Promise<string | null>)[], last: () => JobProcess): Promise<number> {
  for (const [killed, way] of ways.entries()) {
    const outcome = await way()
    // A job that has finished begins anew.
    if (outcome === 'finished') return killed
    expect(outcome).toBe(null)
  }
  expect(await last().ended).toBe('finished')
  return ways.length
}

/** A process that is killed a moment after it has started, or has completed a checkpoint. */
export async function killAtRandom(running: JobProcess, chance: Prng): Promise<string | null> {
  if (chance.nextInt(4) > 0) await running.checkpoints(1)
  else await running.started
  await sleep(chance.nextInt(60))
  running.kill()
  return running.ended
}
