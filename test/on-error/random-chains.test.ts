/** Random chains of operators under policies, some of whose records are bad: what comes out is what plain loops say, whatever the route. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { simulate, type SimulateOptions } from '../../src/testing/index.ts'
import job, { type ChainConfig, KINDS, type LetterTotals, type OperatorPlan, type Totals } from './jobs/random-chain-job.ts'
import { expected } from './oracle.ts'
import { inTier } from '../tier.ts'

const operator: fc.Arbitrary<OperatorPlan> = fc
  .record({
    kind: fc.constantFrom(...KINDS.filter((kind) => kind !== 'distinct')),
    onError: fc.constantFrom('skip' as const, 'deadLetter' as const),
    divisor: fc.integer({ min: 1, max: 12 }),
    rest: fc.nat(11),
    after: fc.nat(2),
  })
  .map((plan) => ({ ...plan, rest: plan.rest % plan.divisor }))

/** Behind `distinct` the records of a key are not in one place any more. */
const chain = fc
  .tuple(fc.array(operator, { minLength: 1, maxLength: 5 }), fc.boolean())
  .map(([operators, distinct]) => (distinct ? [...operators.slice(0, -1), { ...operators.at(-1)!, kind: 'distinct' as const }] : operators))

const route: fc.Arbitrary<SimulateOptions> = fc.record({
  workers: fc.integer({ min: 1, max: 3 }),
  chaining: fc.constantFrom('on' as const, 'off' as const),
  codec: fc.constantFrom('generated' as const, 'interpreted' as const),
  transport: fc.constantFrom('auto' as const, 'ring' as const),
  batchRecords: fc.constantFrom(1, 7, 1024),
  seed: fc.nat(),
})

async function check(config: ChainConfig, options: SimulateOptions): Promise<void> {
  const { outlets, badRecords = [] } = await simulate(job, { ...options, config })
  const { totals, letters } = outlets as unknown as { totals: Totals[]; letters?: LetterTotals[] }
  const sorted = once(letters ?? []).sort((a, b) => (a.key < b.key ? -1 : 1))
  const counted = Object.fromEntries(
    badRecords.map(({ operator, skipped, deadLettered }) => [operator.replace('.combine', ''), skipped + deadLettered]),
  )
  const { bad, ...rest } = expected(config)
  expect({ totals: once(totals), letters: sorted }).toEqual(rest)
  expect(counted).toEqual(bad)
}

/** What an outlet showed before a restart it shows again: the same, since it is what all of the input gives. */
function once<T>(rows: readonly T[]): T[] {
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()]
}

test('bad records leave no trace but their letters', async () => {
  await fc.assert(
    fc.asyncProperty(chain, route, fc.integer({ min: 0, max: 200 }), async (operators, options, count) => {
      await check({ count, operators, crash: null }, options)
    }),
    { numRuns: inTier(30, 100) },
  )
})

let runs = 0
test('nor do they after a crash: each letter comes once', async () => {
  await fc.assert(
    fc.asyncProperty(chain, route, fc.nat(150), async (operators, options, id) => {
      const config = { count: 200, operators, crash: { id, run: `${runs++}` } }
      const checkpointing = { checkpointIntervalMs: 2, restart: { maxRestarts: 10 } }
      await check(config, { ...options, ...checkpointing })
    }),
    { numRuns: inTier(15, 50) },
  )
})
