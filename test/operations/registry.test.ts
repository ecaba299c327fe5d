import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type FoundRun, registeredRuns, writeRegistration } from '../../src/app/registry/registered-runs.ts'
import { ownRuntimeDir, runtimeDir } from '../../src/app/registry/runtime-dir.ts'
import { psCommand } from '../../src/cli/remote/remote-commands.ts'
import { RemoteRun, RunGone, findRun } from '../../src/cli/remote/remote-run.ts'
import { UsageError } from '../../src/cli/usage-error.ts'
import { checkUiOptions } from '../../src/ui/ui-options.ts'
import { board } from '../ui/board.ts'

let root = ''
const before = process.env['MILLRACE_RUNTIME_DIR']

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'mr-'))
  process.env['MILLRACE_RUNTIME_DIR'] = join(root, 'runs')
})

afterEach(() => {
  if (before === undefined) delete process.env['MILLRACE_RUNTIME_DIR']
  else process.env['MILLRACE_RUNTIME_DIR'] = before
  rmSync(root, { recursive: true, force: true })
})

const TOKEN = 'a-token-of-more-than-16'

function registered(name: string, given: Partial<FoundRun> = {}): FoundRun {
  const dir = ownRuntimeDir()
  const socket = join(dir, `${name}.sock`)
  const run = {
    version: 1,
    pid: 1,
    job: name,
    startedAtMs: 1,
    stateDir: null,
    cwd: '/',
    workers: 1,
    socket,
    token: TOKEN,
    ...given,
  } as const
  const file = join(dir, `${name}.json`)
  writeRegistration(file, run)
  return { ...run, file }
}

const served = (socket: string) => board({}, { ...checkUiOptions({ token: TOKEN }), socket })

test('the folder and what is in it are for the user alone', async () => {
  const { file, socket } = registered('mine')
  await served(socket)
  expect(statSync(runtimeDir()).mode & 0o777).toBe(0o700)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(socket).mode & 0o777).toBe(0o600)
})

test('a folder that others may enter, or that is a link, is refused by whoever registers and whoever looks', () => {
  mkdirSync(runtimeDir())
  chmodSync(runtimeDir(), 0o755)
  expect(() => ownRuntimeDir()).toThrow(/open to other users/)
  expect(() => registeredRuns()).toThrow(/open to other users/)
  const real = join(root, 'real')
  mkdirSync(real, { mode: 0o700 })
  process.env['MILLRACE_RUNTIME_DIR'] = join(root, 'link')
  symlinkSync(real, join(root, 'link'))
  expect(() => registeredRuns()).toThrow(/link/)
})

test('a run answers on its socket who knows the token, and nobody else', async () => {
  const run = registered('mine')
  await served(run.socket)
  expect(await new RemoteRun(run).get('/ready')).toEqual({ state: 'running' })
  await expect(new RemoteRun({ ...run, token: 'another-token-of-16' }).get('/ready')).rejects.toThrow(/token/)
})

test('a run whose process was killed is told as gone, and forgotten', async () => {
  const run = registered('killed')
  writeFileSync(run.socket, '')
  await expect(new RemoteRun(run).get('/ready')).rejects.toThrow(RunGone)
  expect([existsSync(run.file), existsSync(run.socket)]).toEqual([false, false])
  registered('killed')
  expect((await psCommand({ json: true })).text).toBe('[]\n')
  expect(registeredRuns()).toEqual([])
})

test('runs are listed, found by job or process, and a name that several have is refused', async () => {
  const first = registered('one', { pid: 11 })
  await served(first.socket)
  const { text, exitCode } = await psCommand({ json: true })
  expect(exitCode).toBe(0)
  expect(JSON.parse(text)).toMatchObject([{ pid: 11, job: 'one', state: 'running', stateDir: null }])
  expect(findRun(undefined).run.pid).toBe(11)
  registered('other', { pid: 12, job: 'one' })
  expect(findRun('12').run.pid).toBe(12)
  expect(() => findRun('one')).toThrow(/2 runs match: one \(process 11\), one \(process 12\)/)
  expect(() => findRun('two')).toThrow(UsageError)
  expect(() => findRun(undefined)).toThrow(/2 runs match/)
})

test('what another version wrote, or nobody finished, is passed over', () => {
  registered('mine')
  writeFileSync(join(runtimeDir(), 'half.json'), '{"version":1')
  writeFileSync(join(runtimeDir(), 'new.json'), '{"version":2}')
  expect(registeredRuns().map(({ job }) => job)).toEqual(['mine'])
})
