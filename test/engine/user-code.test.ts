import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { jobUrl } from './run-job.ts'
import { runLaunch } from './programs/spawn.ts'
import type { ToldError } from './programs/spawn.ts'

const FAULTY = jobUrl('faulty')

/** Which operator is blamed, and what stands at its definition site. */
const PLACES: Record<string, { operator: string; line: RegExp }> = {
  make: { operator: 'generated', line: /source\.generate\('generated'/ },
  eventTime: { operator: 'generated', line: /source\.generate\('generated'/ },
  open: { operator: 'iterated', line: /source\.iterable\('iterated'/ },
  iterator: { operator: 'iterated', line: /source\.iterable\('iterated'/ },
  asyncIterator: { operator: 'iterated', line: /source\.iterable\('iterated'/ },
  map: { operator: 'the-map', line: /\.map\(/ },
  filter: { operator: 'the-filter', line: /\.filter\(/ },
  flatMap: { operator: 'the-flat-map', line: /\.flatMap\(/ },
  keyBy: { operator: 'the-scan', line: /\.scan\(/ },
  scanInitial: { operator: 'the-scan', line: /\.scan\(/ },
  scan: { operator: 'the-scan', line: /\.scan\(/ },
  forEach: { operator: 'the-sink', line: /\.to\(/ },
  reduce: { operator: 'the-reduce', line: /\.reduce\(/ },
  onEnd: { operator: 'the-transform', line: /\.transform\(/ },
  create: { operator: 'the-aggregate.combine', line: /\.aggregate\(/ },
  add: { operator: 'the-aggregate.combine', line: /\.aggregate\(/ },
  tableKey: { operator: 'the-aggregate.combine', line: /\.aggregate\(/ },
  merge: { operator: 'the-aggregate', line: /\.aggregate\(/ },
  result: { operator: 'the-aggregate', line: /\.aggregate\(/ },
}

function lineAt(site: string | undefined): string {
  const [, path, line] = /^(.*):(\d+):\d+$/.exec(site ?? '') ?? []
  expect(path, `site ${site}`).toBeDefined()
  return readFileSync(path!, 'utf8').split('\n')[Number(line) - 1]!
}

/** What an input throws that a source reads, is a failure of the source: no policy for records applies to it. */
function codeIn(where: string): string {
  return ['open', 'iterator', 'asyncIterator'].includes(where) ? 'MR_SOURCE_FAILED' : 'MR_OPERATOR_FAILED'
}

function chain(error: ToldError | undefined): ToldError[] {
  return error === undefined ? [] : [error, ...chain(error.cause)]
}

async function failOnce(config: object, options: object = {}) {
  const ending = await runLaunch(FAULTY, { workers: 2, config, restart: { maxRestarts: 0 }, ...options })
  expect(ending, ending.stderr).toMatchObject({ hung: false, exitCode: 1 })
  expect(ending.told.unhandledRejection).toBeUndefined()
  return ending
}

describe.each(Object.keys(PLACES))('a function of the user throws in %s:', (where) => {
  test('the error names operator, definition site and cause, with its stack, and the process ends', async () => {
    const { told } = await failOnce({ where })
    const { operator, line } = PLACES[where]!
    expect(told.error).toMatchObject({ class: 'MillraceError', code: codeIn(where) })
    expect(told.error!.message).toContain('planned')
    expect([operator, `${operator}2`]).toContain(told.error!.operator)
    expect(lineAt(told.error!.site)).toMatch(line)
    const [, cause, deeper] = chain(told.error)
    expect(cause).toMatchObject({ class: 'RangeError', message: 'planned' })
    expect(cause!.stack).toMatch(/faulty\.js:\d+:\d+/)
    expect(deeper).toMatchObject({ class: 'TypeError', message: 'deeper' })
  })
})

describe('what is thrown need not be an error:', () => {
  test.each([
    ['string', 'a planned string'],
    ['null', 'null'],
    ['undefined', 'undefined'],
    ['frozen', 'planned and frozen'],
  ])('%s', async (what, text) => {
    const { told } = await failOnce({ where: 'map', what })
    expect(told.error).toMatchObject({ code: 'MR_OPERATOR_FAILED', operator: 'the-map' })
    expect(told.error!.message).toContain(text)
  })

  test('an error with a getter that throws', async () => {
    const { told } = await failOnce({ where: 'map', what: 'getter' })
    expect(told.error).toMatchObject({ code: 'MR_OPERATOR_FAILED', operator: 'the-map' })
  })

  test.each(['asyncIterator', 'open', 'onEnd', 'scan'])('null in %s', async (where) => {
    const { told } = await failOnce({ where, what: 'null' })
    expect(told.error).toMatchObject({ code: codeIn(where), operator: PLACES[where]!.operator })
  })
})

test('a job that always fails is restarted as often as allowed, then ends with MR_RESTARTS_EXHAUSTED and the failure as cause', async () => {
  const { told } = await failOnce({ where: 'map' }, { restart: { maxRestarts: 2, backoff: { minMs: 1, maxMs: 2 } } })
  expect(told.error).toMatchObject({ code: 'MR_RESTARTS_EXHAUSTED', operator: 'the-map' })
  expect(lineAt(told.error!.site)).toMatch(/\.map\(/)
  expect(chain(told.error).map(({ class: name, code }) => code ?? name)).toEqual([
    'MR_RESTARTS_EXHAUSTED',
    'MR_OPERATOR_FAILED',
    'RangeError',
    'TypeError',
  ])
})
