import { describe, expect, test } from 'vitest'
import type { LaunchOptions } from '../../src/index.ts'
import { launch } from '../../src/index.ts'
import { collect, jobNamed, temporaryDir } from './run-job.ts'

const zod = await jobNamed('zod')
const config = { count: 10 }

const WRONG: Record<string, readonly unknown[]> = {
  workers: [0, -1, 1.5, 257, NaN, '2', null, {}],
  stateDir: ['', 7, null, {}],
  fresh: [1, 'yes', null],
  checkpointIntervalMs: [0, -5, NaN, '100', null],
  checkpointTimeoutMs: [0, NaN, '100', null],
  restart: [
    7,
    'never',
    null,
    [],
    { maxRestarts: -1 },
    { maxRestarts: 1.5 },
    { periodMs: 0 },
    { backoff: { minMs: -1 } },
    { backoff: { factor: 0.5 } },
    { backoff: -3 },
    { often: 3 },
    { backoff: { max: 1 } },
  ],
  signal: [{}, 'stop', null],
  resourceLimits: [
    7,
    null,
    [],
    { maxOldGenerationSizeMb: 'many' },
    { maxOldGenerationSizeMb: -1 },
    { maxYoungGenerationSizeMb: 0 },
    { heap: 5 },
  ],
  chaining: ['maybe', true, null],
  transport: ['rings', null],
  codec: ['fast', null],
  freezeRecords: ['no', 0, null],
  ringBytes: [4095, 5000, 2 ** 31, '4096', null],
  mailboxBytes: [0, 1023, 1.5, null],
  mailboxDrainMs: [0, NaN, '5', null],
  batchRecords: [0, 4097, 1.5, '7', null],
  latencyMarkersMs: [0, NaN, '5', null],
  balance: [1, 'yes', null],
  lingerMs: [-1, NaN, 60_001, '5', null],
  keyGroups: [0, 32_769, 1.5, null],
  captureDir: ['', 7, null],
}

describe.each(Object.keys(WRONG))('option %s', (name) => {
  test.each(WRONG[name]!.map((value) => [value]))('is refused when it is %j', async (value) => {
    const launched = launch(zod, { config, [name]: value } as LaunchOptions)
    await expect(launched).rejects.toMatchObject({ name: 'MillraceError', code: 'MR_OPTION_INVALID' })
    await expect(launched).rejects.toThrow(name)
  })
})

test('an unknown option is refused, and the known ones are listed', async () => {
  await expect(launch(zod, { worker: 2 } as LaunchOptions)).rejects.toMatchObject({ code: 'MR_OPTION_INVALID' })
  await expect(launch(zod, { worker: 2 } as LaunchOptions)).rejects.toThrow(/"worker".*workers/)
})

test.each([[null], [7], ['x'], [[]]])('options that are no object are refused: %j', async (options) => {
  await expect(launch(zod, options as never)).rejects.toMatchObject({ code: 'MR_OPTION_INVALID' })
})

test.each([[undefined], [null], [{}], ['orders.js'], [() => {}]])('what is no job is refused: %j', async (job) => {
  await expect(launch(job as never)).rejects.toMatchObject({ code: 'MR_JOB_INVALID' })
})

describe('the configuration', () => {
  test('is refused with every field that is wrong', async () => {
    const launched = launch(zod, { config: { count: 0, nested: { label: 7 } } })
    await expect(launched).rejects.toMatchObject({ code: 'MR_CONFIG_INVALID' })
    await expect(launched).rejects.toThrow(/count: .*\n.*nested\.label: /)
  })

  test('is refused when its schema throws', async () => {
    const launched = launch(zod, { config: { count: 1, odd: 'throw' } })
    await expect(launched).rejects.toMatchObject({ code: 'MR_CONFIG_INVALID', cause: { message: 'planned in schema' } })
  })

  test.each([[{ count: 1, made: () => 1 }], [{ count: 1, made: Symbol('s') }]])('is refused when it cannot be cloned', async (wrong) => {
    await expect(launch(zod, { config: wrong })).rejects.toMatchObject({ code: 'MR_CONFIG_INVALID' })
  })

  test('is completed by its schema in every thread alike', async () => {
    const rows = await collect<string>(zod, { workers: 2, config: { count: '3' } }, 'rows')
    expect(rows.sort()).toEqual(['none0', 'none1', 'none2'])
  })
})

test('names of inlets and outlets that do not exist are refused with those that do', async () => {
  const run = await launch(zod, { workers: 1, config, stateDir: temporaryDir() })
  expect(() => run.outlet('row' as never)).toThrow(/no outlet "row".*rows/)
  expect(() => run.inlet('in')).toThrow(/no inlet "in".*none/)
  await run.outlet('rows' as never).collect()
  await run.done
})
