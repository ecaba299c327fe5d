import { describe, expect, test } from 'vitest'
import type { LaunchOptions } from '../../src/index.ts'
import { onThreads, runToItsEnd } from './either-host.ts'
import type { RecordsConfig } from './jobs/records.ts'
import { jobNamed } from './run-job.ts'

const job = await jobNamed('records')

async function failureOf(config: RecordsConfig, options: LaunchOptions, run = runToItsEnd) {
  const error: unknown = await run(job, { config, restart: { maxRestarts: 0 }, ...options }).then(
    () => null,
    (reason: unknown) => reason,
  )
  return error as { code: string; operator: string; site: string; message: string }
}

/** The number of workers, and how their records travel, must not change what a program may do. */
const WAYS: Record<string, LaunchOptions> = {
  '1 worker': { workers: 1 },
  '2 workers': { workers: 2 },
  '1 worker, everything by rings': { workers: 1, transport: 'ring' },
  '1 worker, interpreted codec': { workers: 1, transport: 'ring', codec: 'interpreted' },
}

const BAD = [
  ['function', /nested\.list\[1\] is a function/],
  ['instance', /nested\.list\[1\] is an instance of a class Money/],
  ['symbol', /nested\.list\[1\] is Symbol\(s\)/],
  ['symbolKey', /nested\.list\[1\] has the key Symbol\(k\)/],
  ['cycle', /nested\.list\[1\]\.self is part of a cycle/],
] as const

describe.each(Object.keys(WAYS))('with %s', (way) => {
  test.each(BAD)('a record with a %s is refused with the field and the operator that made it', async (bad, text) => {
    const error = await failureOf({ bad }, WAYS[way]!)
    expect(error).toMatchObject({ code: 'MR_RECORD_NOT_SERIALIZABLE', operator: 'makes' })
    expect(error.message).toMatch(text)
    expect(error.site).toMatch(/records\.[jt]s:\d+:\d+$/)
  })

  test.each(['nan', 'object-key'] as const)('a key that is none (%s) is refused', async (bad) => {
    const error = await failureOf({ bad }, WAYS[way]!)
    expect(error).toMatchObject({ code: 'MR_KEY_INVALID' })
    expect(['reader', 'sums', 'sums.combine']).toContain(error.operator)
  })

  test.each(['sum-text', 'sum-missing'] as const)('a sum over a field that is no number (%s) is refused', async (bad) => {
    const error = await failureOf({ bad }, WAYS[way]!)
    expect(error).toMatchObject({ code: 'MR_AGGREGATE_INVALID' })
    expect(error.message).toContain('amount')
    expect(error.operator).toBe('sums.combine')
  })

  test('a function that changes its record is refused at the change', async () => {
    const error = await failureOf({ bad: 'changes' }, { ...WAYS[way]!, freezeRecords: true })
    expect(error).toMatchObject({ code: 'MR_OPERATOR_FAILED', operator: 'changer' })
  })
})

test.each(['outlet', 'rebalance'] as const)('on its way by %s a bad record is refused too', async (via) => {
  const error = await failureOf({ bad: 'function', via }, { workers: 2 }, onThreads)
  expect(error).toMatchObject({ code: 'MR_RECORD_NOT_SERIALIZABLE', operator: 'makes' })
})

test.each([
  ['instance', 'MR_RECORD_NOT_SERIALIZABLE'],
  ['object-key', 'MR_KEY_INVALID'],
  ['sum-text', 'MR_AGGREGATE_INVALID'],
] as const)('threads tell readers and the app the same: %s', async (bad, code) => {
  expect(await failureOf({ bad }, WAYS['2 workers']!, onThreads)).toMatchObject({ code })
})
