import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SimulatedDisk, simulate } from '../../src/testing/index.ts'
import job, { type Config, type Shape } from './jobs/windows-job.ts'
import { expectedRows } from './oracle.ts'
import { inTier } from '../tier.ts'

const DEFAULTS: Config = {
  count: 2_000,
  splits: 3,
  keys: 7,
  texts: false,
  stepMs: 3,
  disorderMs: 0,
  firstAt: 1_600_000_000_124,
  shape: { type: 'tumbling', sizeMs: 500 },
  path: 'general',
  all: false,
  form: 'aggregate',
  failAt: [],
  run: 'none',
}

interface Counted {
  readonly key: string
  readonly count: number
}

/** Every row once. */
function once(rows: readonly Counted[]): string[] {
  expect(rows.filter(({ count }) => count !== 1)).toEqual([])
  return rows.map(({ key }) => key).sort()
}

let runs = 0

async function expectRows(config: Partial<Config>, options: object = {}): Promise<void> {
  const full = { ...DEFAULTS, ...config, run: `run ${runs++}` }
  const { outlets } = await simulate(job, { config: full, workers: 2, ...options })
  expect(once(outlets.rows as Counted[])).toEqual(expectedRows(full))
}

const SHAPES: readonly Shape[] = [
  { type: 'tumbling', sizeMs: 500 },
  { type: 'tumbling', sizeMs: 700, offsetMs: -250 },
  { type: 'sliding', sizeMs: 500, slideMs: 100 },
  { type: 'sliding', sizeMs: 500, slideMs: 150, offsetMs: 40 },
  { type: 'sliding', sizeMs: 100, slideMs: 250 },
  { type: 'session', gapMs: 25 },
]

const shape = fc.oneof(
  fc.record({ type: fc.constant('tumbling' as const), sizeMs: fc.integer({ min: 1, max: 2_000 }) }),
  fc.record({
    type: fc.constant('sliding' as const),
    sizeMs: fc.integer({ min: 1, max: 20 }).map((n) => n * 50),
    slideMs: fc.integer({ min: 1, max: 20 }).map((n) => n * 50),
    offsetMs: fc.integer({ min: -49, max: 49 }),
  }),
  fc.record({ type: fc.constant('session' as const), gapMs: fc.integer({ min: 0, max: 30 }).map((n) => 2 * n + 1) }),
)

/** A cache with room for a few keys. */
const ON_DISK = { type: 'lmdb', cacheBytes: 1024 } as const

describe.each([
  ['general', 'memory'],
  ['fast', 'memory'],
  ['general', ON_DISK],
  ['fast', ON_DISK],
] as const)('%s windows, their state in %o', (path, backend) => {
  const shapes = backend === 'memory' ? SHAPES : inTier([SHAPES[3]!, SHAPES[5]!], SHAPES)

  test.each(shapes)('%o give what an oracle gives, keyed or not', async (shape) => {
    for (const all of [false, true]) {
      await expectRows({ path, shape, all }, { seed: 1, backend })
      await expectRows({ path, shape, all, disorderMs: 300, splits: 1, form: 'process' }, { seed: 2, backend })
    }
  })

  test('of any shape, on any number of workers, in order or not, before 1970 and after, over crashes', async () => {
    const config = fc.record({
      count: fc.integer({ min: 0, max: 600 }),
      splits: fc.integer({ min: 1, max: 4 }),
      keys: fc.constantFrom(1, 3, 50),
      texts: fc.boolean(),
      stepMs: fc.constantFrom(0.2, 1, 7),
      disorderMs: fc.constantFrom(0, 0, 10, 400),
      firstAt: fc.constantFrom(-3_000, 0, 1_600_000_000_000),
      shape,
      all: fc.boolean(),
      form: fc.constantFrom('aggregate' as const, 'aggregate' as const, 'process' as const),
      failAt: fc.array(fc.nat(600), { maxLength: 2 }),
    })
    const options = fc.record({
      seed: fc.nat(),
      workers: fc.integer({ min: 1, max: 3 }),
      batchRecords: fc.constantFrom(1, 16, 256),
      checkpointIntervalMs: fc.constantFrom(1, 5, 50),
      codec: fc.constantFrom('generated' as const, 'interpreted' as const),
      transport: fc.constantFrom('ring' as const, 'auto' as const),
      chaining: fc.constantFrom('on' as const, 'off' as const),
    })
    const restart = { maxRestarts: 100, backoff: { minMs: 0, maxMs: 5 } }
    await fc.assert(
      fc.asyncProperty(config, options, (some, how) => expectRows({ ...some, path }, { ...how, restart, backend })),
      { numRuns: inTier(backend === 'memory' ? 20 : 5, 60) },
    )
  })

  test('go on with another number of workers: 2, 3, 1', async () => {
    for (const shape of shapes) {
      const disk = new SimulatedDisk()
      const config = { ...DEFAULTS, path, shape, count: 4_000, rowsPerSecond: 2_000, run: `rescale ${runs++}` }
      const common = { disk, checkpointIntervalMs: 2, batchRecords: 32, backend }
      const outcomes: string[] = []
      let rows: readonly Counted[] = []
      for (const [round, workers] of [2, 3, 1].entries()) {
        const stop = round < 2 ? { stop: { afterMs: backend === 'memory' ? 150 + round * 27 : 40 + round * 20 } } : {}
        const run = await simulate(job, { ...common, config, workers, ...stop, seed: round })
        outcomes.push(run.outcome)
        rows = run.outlets.rows as Counted[]
      }
      expect(outcomes).toEqual(['stopped', 'stopped', 'finished'])
      expect(once(rows)).toEqual(expectedRows(config))
    }
  })
})
