import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { inTier } from '../tier.ts'
import { inSimulation } from './either-host.ts'
import type { FaultyConfig } from './jobs/faulty.ts'
import { runLaunch } from './programs/spawn.ts'
import { type ToldError, tell } from './programs/tell.ts'
import { jobNamed, jobUrl } from './run-job.ts'

const FAULTY = jobUrl('faulty')

/** Which operator is blamed, and what stands at its definition site. */
const PLACES: Record<string, { operator: string; line: RegExp }> = {
  make: { operator: 'generated', line: /source\.generate(<Row>)?\('generated'/ },
  eventTime: { operator: 'generated', line: /source\.generate(<Row>)?\('generated'/ },
  open: { operator: 'iterated', line: /source\.iterable(<Row>)?\('iterated'/ },
  iterator: { operator: 'iterated', line: /source\.iterable(<Row>)?\('iterated'/ },
  asyncIterator: { operator: 'iterated', line: /source\.iterable(<Row>)?\('iterated'/ },
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

/** In a process of its own, which must end by itself with exit code 1. */
async function failOnce(config: object, options: object = {}): Promise<ToldError> {
  const ending = await runLaunch(FAULTY, { workers: 2, config, restart: { maxRestarts: 0 }, ...options })
  expect(ending, ending.stderr).toMatchObject({ hung: false, exitCode: 1 })
  expect(ending.told.unhandledRejection).toBeUndefined()
  return ending.told.error!
}

async function failInSimulation(config: FaultyConfig): Promise<ToldError> {
  const error: unknown = await inSimulation(await jobNamed('faulty'), { workers: 2, config, restart: { maxRestarts: 0 } }).then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  )
  return tell(error)
}

/** The host of the tier; a process each takes a second. */
const fail = inTier(failInSimulation, failOnce)

function expectBlame(error: ToldError, where: string): void {
  const { operator, line } = PLACES[where]!
  expect(error).toMatchObject({ class: 'MillraceError', code: codeIn(where) })
  expect(error.message).toContain('planned')
  expect([operator, `${operator}2`]).toContain(error.operator)
  expect(lineAt(error.site)).toMatch(line)
  const [, cause, deeper] = chain(error)
  expect(cause).toMatchObject({ class: 'RangeError', message: 'planned' })
  expect(cause!.stack).toMatch(/faulty\.[jt]s:\d+:\d+/)
  expect(deeper).toMatchObject({ class: 'TypeError', message: 'deeper' })
}

test.each(Object.keys(PLACES))(
  'a function of the user throws in %s: the error names operator, definition site and cause, with its stack',
  async (where) => {
    expectBlame(await fail({ where }), where)
  },
)

test.each(['asyncIterator', 'map', 'merge'])('so it is when the process has to end by it (%s)', async (where) => {
  expectBlame(await failOnce({ where }), where)
})

describe('what is thrown need not be an error:', () => {
  test.each([
    ['string', 'a planned string'],
    ['null', 'null'],
    ['undefined', 'undefined'],
    ['frozen', 'planned and frozen'],
  ] as const)('%s', async (what, text) => {
    const error = await fail({ where: 'map', what })
    expect(error).toMatchObject({ code: 'MR_OPERATOR_FAILED', operator: 'the-map' })
    expect(error.message).toContain(text)
  })

  test('an error with a getter that throws', async () => {
    expect(await failOnce({ where: 'map', what: 'getter' })).toMatchObject({ code: 'MR_OPERATOR_FAILED', operator: 'the-map' })
  })

  test.each(['asyncIterator', 'open', 'onEnd', 'scan'])('null in %s', async (where) => {
    expect(await fail({ where, what: 'null' })).toMatchObject({ code: codeIn(where), operator: PLACES[where]!.operator })
  })
})

test('a job that always fails is restarted as often as allowed, then ends with MR_RESTARTS_EXHAUSTED and the failure as cause', async () => {
  const error = await failOnce({ where: 'map' }, { restart: { maxRestarts: 2, backoff: { minMs: 1, maxMs: 2 } } })
  expect(error).toMatchObject({ code: 'MR_RESTARTS_EXHAUSTED', operator: 'the-map' })
  expect(lineAt(error.site)).toMatch(/\.map\(/)
  expect(chain(error).map(({ class: name, code }) => code ?? name)).toEqual([
    'MR_RESTARTS_EXHAUSTED',
    'MR_OPERATOR_FAILED',
    'RangeError',
    'TypeError',
  ])
})
