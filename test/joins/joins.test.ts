import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SimulatedDisk, simulate } from '../../src/testing/index.ts'
import job, { type Config, type JoinShape } from './jobs/joins-job.ts'
import { expectedPairs } from './oracle.ts'
import { inTier } from '../tier.ts'

const DEFAULTS: Omit<Config, 'shape'> = {
  counts: [400, 300],
  splits: 2,
  keys: 9,
  texts: false,
  stepMs: 3,
  disorderMs: 0,
  failAt: [],
  run: 'none',
}

interface Counted {
  readonly key: string
  readonly count: number
}

/** Every pair once. */
function once(pairs: readonly Counted[]): string[] {
  expect(pairs.filter(({ count }) => count !== 1)).toEqual([])
  return pairs.map(({ key }) => key).sort()
}

let runs = 0

async function expectPairs(config: Partial<Config> & { readonly shape: JoinShape }, options: object = {}): Promise<void> {
  const full = { ...DEFAULTS, ...config, run: `run ${runs++}` }
  const { outlets } = await simulate(job, { config: full, workers: 2, ...options })
  expect(once(outlets.pairs as Counted[])).toEqual(expectedPairs(full))
}

const bound = fc.integer({ min: -120, max: 120 })
const interval = fc
  .record({ a: bound, b: bound, lowerExclusive: fc.boolean(), upperExclusive: fc.boolean() })
  .map(({ a, b, ...exclusive }) => ({ lowerMs: Math.min(a, b), upperMs: Math.max(a, b), ...exclusive }))
  .filter(({ lowerMs, upperMs }) => upperMs - lowerMs >= 2)
  .map((interval): JoinShape => ({ type: 'interval', interval }))

const windowShape = fc.oneof(
  fc.record({ type: fc.constant('tumbling' as const), sizeMs: fc.integer({ min: 1, max: 300 }), offsetMs: fc.constant(0) }),
  fc.record({
    type: fc.constant('sliding' as const),
    sizeMs: fc.integer({ min: 1, max: 6 }).map((n) => n * 20),
    slideMs: fc.integer({ min: 1, max: 6 }).map((n) => n * 20),
  }),
  fc.record({ type: fc.constant('session' as const), gapMs: fc.integer({ min: 0, max: 30 }).map((n) => 2 * n + 1) }),
)

const joinType = fc.constantFrom('inner' as const, 'left' as const, 'right' as const, 'full' as const)
const windowJoins = fc.record({ type: fc.constant('window' as const), window: windowShape, join: joinType })
const coGroups = fc.record({ type: fc.constant('coGroup' as const), window: windowShape })

const WINDOWS: readonly JoinShape[] = [
  { type: 'window', window: { type: 'tumbling', sizeMs: 100 }, join: 'inner' },
  { type: 'window', window: { type: 'tumbling', sizeMs: 70, offsetMs: -15 }, join: 'left' },
  { type: 'window', window: { type: 'sliding', sizeMs: 100, slideMs: 40 }, join: 'right' },
  { type: 'window', window: { type: 'session', gapMs: 31 }, join: 'full' },
]

const GROUPS: readonly JoinShape[] = [
  { type: 'coGroup', window: { type: 'tumbling', sizeMs: 100 } },
  { type: 'coGroup', window: { type: 'session', gapMs: 31 } },
]

const temporal = fc.record({
  type: fc.constant('temporal' as const),
  join: fc.constantFrom('inner' as const, 'left' as const),
  deletes: fc.boolean(),
})

const TEMPORAL: readonly JoinShape[] = [
  { type: 'temporal', join: 'inner', deletes: false },
  { type: 'temporal', join: 'left', deletes: true },
]

const LATEST: readonly JoinShape[] = [{ type: 'broadcast' }, { type: 'latest' }]
const latest = fc.constantFrom(...LATEST)

const EXAMPLES: readonly JoinShape[] = [
  { type: 'interval', interval: { lowerMs: -20, upperMs: 50 } },
  { type: 'interval', interval: { lowerMs: 10, upperMs: 50, upperExclusive: true } },
  { type: 'interval', interval: { lowerMs: -50, upperMs: -10, lowerExclusive: true } },
]

const KINDS: readonly [string, fc.Arbitrary<JoinShape>, readonly JoinShape[]][] = [
  ['intervalJoin', interval, EXAMPLES],
  ['join', windowJoins, WINDOWS],
  ['coGroup', coGroups, GROUPS],
  ['joinTemporal', temporal, TEMPORAL],
  ['joinLatest and joinBroadcast', latest, LATEST],
]

/** A cache with room for a few keys. */
const ON_DISK = { type: 'lmdb', cacheBytes: 1024 } as const
const PLACED = (['memory', ON_DISK] as const).flatMap((backend) =>
  KINDS.map(
    ([name, shapes, examples]) => [name, backend, shapes, backend === 'memory' ? examples : inTier(examples.slice(-1), examples)] as const,
  ),
)

describe.each(PLACED)('%s, its state in %o', (_, backend, shapes, examples) => {
  test.each(examples)('%o gives what an oracle gives, in order and not', async (shape) => {
    await expectPairs({ shape }, { seed: 1, backend })
    await expectPairs({ shape, disorderMs: 80, texts: true }, { seed: 2, backend })
  })

  test('of any shape, on any number of workers, in order or not, over crashes', async () => {
    const config = fc.record({
      counts: fc.tuple(fc.integer({ min: 0, max: 250 }), fc.integer({ min: 0, max: 250 })),
      splits: fc.integer({ min: 1, max: 3 }),
      keys: fc.constantFrom(1, 4, 60),
      texts: fc.boolean(),
      stepMs: fc.constantFrom(0.2, 1, 7),
      disorderMs: fc.constantFrom(0, 10, 200),
      shape: shapes,
      failAt: fc.array(fc.nat(250), { maxLength: 2 }),
    })
    const options = fc.record({
      seed: fc.nat(),
      workers: fc.integer({ min: 1, max: 3 }),
      batchRecords: fc.constantFrom(1, 16, 256),
      checkpointIntervalMs: fc.constantFrom(1, 5, 50),
      codec: fc.constantFrom('generated' as const, 'interpreted' as const),
      transport: fc.constantFrom('ring' as const, 'auto' as const),
    })
    const restart = { maxRestarts: 100, backoff: { minMs: 0, maxMs: 5 } }
    await fc.assert(
      fc.asyncProperty(config, options, (some, how) => expectPairs(some, { ...how, restart, backend })),
      { numRuns: inTier(backend === 'memory' ? 7 : 3, 40) },
    )
  })

  test('goes on with another number of workers and the other backend: 2, 3, 1', async () => {
    const other = backend === 'memory' ? ON_DISK : 'memory'
    for (const shape of examples) {
      const disk = new SimulatedDisk()
      const config = { ...DEFAULTS, shape, counts: [4_000, 4_000] as const, keys: 18, stepMs: 5, run: `rescale ${runs++}` }
      const common = { disk, checkpointIntervalMs: 2, batchRecords: 16 }
      const outcomes: string[] = []
      let pairs: readonly Counted[] = []
      for (const [round, workers] of [2, 3, 1].entries()) {
        const stop = round < 2 ? { stop: { afterMs: backend === 'memory' ? 8 + round * 2 : 3 + round * 5 } } : {}
        const run = await simulate(job, { ...common, config, workers, ...stop, seed: round, backend: round % 2 === 0 ? backend : other })
        outcomes.push(run.outcome)
        pairs = run.outlets.pairs as Counted[]
      }
      expect(outcomes).toEqual(['stopped', 'stopped', 'finished'])
      expect(pairs.length).toBeGreaterThan(0)
      expect(once(pairs)).toEqual(expectedPairs(config))
    }
  })
})
