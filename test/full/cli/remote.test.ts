import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { job, millrace, temporaryDir } from '../../cli/spawn-command.ts'

const FOREVER = ['--config', 'count=1e12', '--workers', '1', '--no-outlets', '--json']

/** Runs a job in a process of its own while `use` asks it, then waits for its end. */
async function beside<T>(args: readonly string[], env: Readonly<Record<string, string>>, cwd: string, use: () => Promise<T>) {
  let begin = (): void => {}
  const started = new Promise<void>((resolve) => (begin = resolve))
  const ended = millrace(['run', ...args], { env, cwd, onStderr: (text) => text.includes('"event":"progress"') && begin() })
  await Promise.race([started, ended])
  return { used: await use(), run: await ended }
}

test('a run is listed, asked, has a savepoint taken and is stopped from another process; nothing stays behind', async () => {
  const dir = temporaryDir()
  const env = { MILLRACE_RUNTIME_DIR: join(dir, 'runs') }
  const state = join(dir, 'state')
  const { used, run } = await beside([job('paced'), ...FOREVER, '--state', state], env, dir, async () => ({
    ps: await millrace(['ps', '--json'], { env }),
    status: await millrace(['status'], { env }),
    wrong: await millrace(['stop', 'no-such-run'], { env }),
    letters: await millrace(['dlq', 'ls', 'paced'], { env }),
    stop: await millrace(['stop', 'paced', '--savepoint', '--json'], { env }),
  }))
  expect(JSON.parse(used.ps.stdout)).toMatchObject([{ job: 'paced', state: 'running', restarts: 0, stateDir: state, workers: 1 }])
  expect(used.status.stdout).toMatch(/^paced \(process \d+\) · .*\n {2}numbers > forEachSink-1 .*busy \d+ %\n {2}bottleneck: /)
  expect(used.wrong).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/no run "no-such-run" was found; there are paced/) })
  expect(used.letters.stdout).toBe('no operator of this run has a policy for bad records\n')
  expect(used.stop.exitCode).toBe(0)
  const stopped = JSON.parse(used.stop.stdout) as { readonly ended: boolean; readonly savepoint: { readonly dir: string } }
  expect(stopped.ended).toBe(true)
  expect(existsSync(stopped.savepoint.dir)).toBe(true)
  expect(run.exitCode).toBe(130)
  expect(readdirSync(env.MILLRACE_RUNTIME_DIR)).toEqual([])
  const gone = await millrace(['status', 'paced'], { env })
  expect(gone).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no run "paced" was found') })
})

test('what a killed process leaves behind is found out and removed; --no-commands leaves nothing', async () => {
  const dir = temporaryDir()
  const env = { MILLRACE_RUNTIME_DIR: join(dir, 'runs') }
  const killed = await millrace(['run', job('paced'), ...FOREVER], {
    env,
    onStderr: (text, command) => text.includes('"event":"progress"') && command.signal('SIGKILL'),
  })
  expect(killed.signal).toBe('SIGKILL')
  expect(readdirSync(env.MILLRACE_RUNTIME_DIR)).toHaveLength(2)
  expect((await millrace(['ps'], { env })).stdout).toBe('no run of this user was found\n')
  expect(readdirSync(env.MILLRACE_RUNTIME_DIR)).toEqual([])
  const silent = await beside([job('paced'), '--config', 'count=30000', '--workers', '1', '--json', '--no-commands'], env, dir, () =>
    millrace(['ps', '--json'], { env }),
  )
  expect(silent.used.stdout).toBe('[]\n')
})
