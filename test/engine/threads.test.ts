import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { LaunchSpawnOptions, ToldError } from './programs/spawn.ts'
import { runLaunch, runProgram } from './programs/spawn.ts'
import { inTier } from '../tier.ts'
import { jobUrl, temporaryDir } from './run-job.ts'

const THREADS = jobUrl('threads')

function chain(error: ToldError | undefined): ToldError[] {
  return error === undefined ? [] : [error, ...chain(error.cause)]
}

/** Runs a job that must fail by itself with one error and exit code 1. */
async function fails(options: object, spawning: LaunchSpawnOptions & { readonly fault?: string } = {}, url = THREADS) {
  const { fault, ...rest } = spawning
  const ending = await runLaunch(url, { workers: 2, ...options }, { ...rest, ...(fault && { env: { MILLRACE_TEST_FAULT: fault } }) })
  expect(ending, ending.stdout + ending.stderr).toMatchObject({ hung: false, exitCode: 1 })
  expect(ending.told.unhandledRejection).toBeUndefined()
  expect(ending.told.result).toBeUndefined()
  expect(ending.stderr).toBe('')
  return ending.told.error!
}

describe('a job module that cannot be used:', () => {
  test('is missing', async () => {
    const dir = temporaryDir()
    const error = await fails({}, { lieAbout: pathToFileURL(join(dir, 'missing.js')).href })
    expect(error).toMatchObject({ class: 'MillraceError', code: 'MR_JOB_LOAD_FAILED' })
    expect(error.message).toContain('missing.js')
    expect(chain(error)[1]).toMatchObject({ code: 'ERR_MODULE_NOT_FOUND' })
  })

  test.each(inTier([], ['wrong.mjs']))('has a syntax error (%s)', async (name) => {
    const path = join(temporaryDir(), name)
    writeFileSync(path, 'export default {{{')
    const error = await fails({}, { lieAbout: pathToFileURL(path).href })
    expect(error).toMatchObject({ code: 'MR_JOB_LOAD_FAILED' })
    expect(chain(error)[1]).toMatchObject({ class: 'SyntaxError' })
  })

  test.each(inTier(['import-throws-on-workers'], ['import-throws', 'import-throws-on-workers']))(
    '%s: with the cause and its stack',
    async (fault) => {
      const error = await fails({}, { fault })
      expect(error).toMatchObject({ code: 'MR_JOB_LOAD_FAILED' })
      expect(chain(error)[1]).toMatchObject({ class: 'RangeError', message: 'planned at import' })
      expect(chain(error)[1]!.stack).toContain('threads.js')
    },
  )

  test('ends its thread while it is loaded', async () => {
    const error = await fails({}, { fault: 'import-exits' })
    expect(['MR_WORKER_LOST', 'MR_RESTARTS_EXHAUSTED']).toContain(error.code)
    expect(error.message).toMatch(/exit/)
  })

  test('exports nothing', async () => {
    const error = await fails({}, { lieAbout: jobUrl('exports-nothing') })
    expect(error).toMatchObject({ code: 'MR_JOB_INVALID' })
    expect(error.message).toContain('export default defineJob(import.meta')
  })

  test('is TypeScript, where Node.js cannot run it', async () => {
    const [major, minor] = process.versions.node.split('.').map(Number) as [number, number]
    if (major > 22 || (major === 22 && minor >= 18)) return
    const error = await fails({}, { lieAbout: 'file:///some/job.ts' })
    expect(error).toMatchObject({ code: 'MR_JOB_TYPESCRIPT_UNSUPPORTED' })
    expect(error.message).toContain('22.18')
  })
})

describe('a build function that cannot be used:', () => {
  test.each([
    ['build-throws', 'RangeError'],
    ['build-throws-in-threads', 'RangeError'],
    ['build-async', 'MR_JOB_INVALID'],
    ['empty', 'MR_GRAPH_INVALID'],
    ['bad-outlet', 'MR_GRAPH_INVALID'],
    ['duplicate', 'MR_GRAPH_INVALID'],
    ['random', 'MR_GRAPH_DIFFERS'],
    ...inTier<[string, string][]>([], [['thread-id', 'MR_GRAPH_DIFFERS']]),
  ])('%s', async (fault, code) => {
    const error = await fails({}, { fault })
    expect(chain(error).map(({ code: known, class: name }) => known ?? name)).toContain(code)
    expect(error.class).toBe('MillraceError')
    if (code !== 'MR_GRAPH_DIFFERS') expect(error.message + error.site + error.stack).toMatch(/threads\.[jt]s/)
  })

  test('the first difference between threads is shown', async () => {
    const error = await fails({}, { fault: 'extra-operator' })
    expect(error).toMatchObject({ class: 'MillraceError', code: 'MR_GRAPH_DIFFERS' })
    expect(error.message).toMatch(/operator \d+/)
    expect(error.message).toContain('"extra"')
    expect(error.message).toContain('worker ')
  })
})

test('a job that imports its app is refused with MR_LAUNCH_IN_WORKER and the chain of imports, whatever the app does about it', async () => {
  const direct = await runLaunch(jobUrl('imports-launcher'), { workers: 1 }, {})
  expect(direct, direct.stderr).toMatchObject({ hung: false, exitCode: 1 })
  expect(direct.told.error).toMatchObject({ code: 'MR_LAUNCH_IN_WORKER' })
  expect(direct.told.error!.message).toMatch(/imports-launcher\.js -> \S*launches-by-way-of\.js -> \S*launches-and-exits\.js\./)
  const itself = await runProgram('../jobs/launches', [])
  expect(itself.hung).toBe(false)
  expect(itself.exitCode).toBe(1)
  expect(itself.stderr).toContain('MR_LAUNCH_IN_WORKER')
})

describe('a worker that is lost', () => {
  const sums = Array.from({ length: 100 }, (_, key) => ({ key, n: 500, sum: 500 * key + (100 * 500 * 499) / 2 }))

  test.each(inTier(['exit', 'heap', 'timer'], ['exit', 'heap', 'timer', 'rejection']))(
    'once (%s): the job restarts and its result is right',
    async (how) => {
      const config = { how, marker: join(temporaryDir(), 'marker') }
      const { told, ...ending } = await runLaunch(THREADS, {
        workers: 2,
        config,
        checkpointIntervalMs: 20,
        // What one collection moves to the old generation fits the allowance that Node.js gives a worker to end in; more would end the process.
        resourceLimits: { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 12 },
      })
      expect(ending, ending.stdout + ending.stderr).toMatchObject({ hung: false, exitCode: 0 })
      expect(told.result).toEqual({ outcome: 'finished', restarts: 1 })
      const result = told.outlets!['result'] as typeof sums
      expect([...result].sort((a, b) => a.key - b.key)).toEqual(sums)
      expect(existsSync(config.marker)).toBe(true)
    },
  )

  test('while another is being replaced: the job restarts once, when both successors are ready', async () => {
    const env = { MILLRACE_TEST_DIR: temporaryDir() }
    const { told, ...ending } = await runLaunch(jobUrl('replaced'), { workers: 2, restart: { backoff: { minMs: 1, maxMs: 1 } } }, { env })
    expect(ending, ending.stdout + ending.stderr).toMatchObject({ hung: false, exitCode: 0 })
    expect(told.result).toEqual({ outcome: 'finished', restarts: 1 })
    expect(new Set(told.outlets!['rows']).size).toBe(10_000)
  })

  test('always: MR_RESTARTS_EXHAUSTED with the loss as cause', async () => {
    const error = await fails({ config: { how: 'always-exit' }, restart: { maxRestarts: 3, backoff: { minMs: 1 } } })
    expect(error).toMatchObject({ code: 'MR_RESTARTS_EXHAUSTED' })
    expect(chain(error)[1]).toMatchObject({ code: 'MR_WORKER_LOST' })
    expect(error.message).toContain('3 times')
  })

  test.each(inTier([], ['heap']))('without restarts (%s): MR_WORKER_LOST says why', async (how) => {
    const error = await fails({
      config: { how, marker: join(temporaryDir(), 'm') },
      resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 12 },
      restart: { maxRestarts: 0 },
    })
    expect(error).toMatchObject({ code: 'MR_WORKER_LOST' })
    expect(chain(error).map(({ code }) => code)).toContain('ERR_WORKER_OUT_OF_MEMORY')
  })
})

describe('the control thread is gone:', () => {
  test.each(inTier(['control-throws-later'], ['control-exits-at-import', 'control-exits-later', 'control-throws-later']))(
    '%s: MR_CONTROL_LOST, and the next launch goes on',
    async (fault) => {
      const stateDir = join(temporaryDir(), 'state')
      const options = { stateDir, checkpointIntervalMs: 10, config: { count: fault.endsWith('later') ? 1e12 : 50_000 } }
      const error = await fails(options, { fault })
      expect(error).toMatchObject({ code: 'MR_CONTROL_LOST' })
      const next = await runLaunch(THREADS, { workers: 2, stateDir, fresh: true, config: { count: 100 } })
      expect(next, next.stdout + next.stderr).toMatchObject({ hung: false, exitCode: 0 })
    },
  )
})

test('the process may exit while its threads start, at any instant: with its own code', async () => {
  for (let afterMs = 30; afterMs <= 270; afterMs += inTier(60, 20)) {
    const { exitCode, signal, stderr } = await runProgram('leave', [`${afterMs}`])
    expect({ exitCode, signal, stderr }, `after ${afterMs} ms`).toEqual({ exitCode: 6, signal: null, stderr: '' })
  }
})

test('the test jobs are what they seem to be', () => {
  expect(readFileSync(new URL(THREADS), 'utf8')).toContain('millrace.thread-role')
})
