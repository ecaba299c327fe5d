import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MillraceError } from '../../src/errors.ts'
import { planActors, planTasks } from '../../src/graph/plan.ts'
import { PLACEMENT_POLICIES } from '../../src/graph/placement-settings.ts'
import { inTurn } from '../../src/schedule/in-turn.ts'
import { place } from '../../src/schedule/place.ts'
import { placeJob } from '../../src/schedule/place-job.ts'
import { inTier } from '../tier.ts'
import { MIB, broken, drafts, graphOf, settings } from './graphs.ts'

const anySettings = fc.record({
  policy: fc.constantFrom(...PLACEMENT_POLICIES),
  cores: fc.constantFrom(1, 2, 3.5, 8),
  costs: fc.dictionary(fc.constantFrom('n0', 'n1', 'n2'), fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant([0.1, 0.9]))),
})

function outcome(run: () => readonly number[]): readonly number[] | MillraceError {
  try {
    return run()
  } catch (error) {
    if (error instanceof MillraceError) return error
    throw error
  }
}

describe('whatever is asked for', () => {
  test('every actor is placed once, nothing that was asked for is broken, and the same again gives the same', () => {
    let placed = 0
    const check = fc.property(
      drafts(5, [1, 2, 3, 'workers']),
      fc.integer({ min: 1, max: 6 }),
      anySettings,
      (given, workers, { policy, cores, costs }) => {
        const graph = graphOf(given)
        const placement = settings(policy, { cores }, costs)
        const run = (): readonly number[] => place(planTasks(graph, { workers, chaining: 'on' }), placement).threads
        const threads = outcome(run)
        expect(outcome(run)).toEqual(threads)
        if (threads instanceof MillraceError) {
          expect(threads).toMatchObject({
            code: 'MR_PLACEMENT_IMPOSSIBLE',
            operator: expect.stringMatching(/^n\d$/),
            site: expect.any(String),
          })
          return
        }
        placed++
        expect(broken(planActors(planTasks(graph, { workers, chaining: 'on' }), threads), threads, placement)).toBeNull()
      },
    )
    fc.assert(check, { numRuns: inTier(60, 1000), seed: 8 })
    // The seed is fixed, so it is known that there are.
    expect(placed).toBeGreaterThan(10)
  })

  test('what is refused cannot be placed by trying everything', () => {
    let refused = 0
    const check = fc.property(drafts(4, [1, 2]), fc.integer({ min: 1, max: 3 }), anySettings, (given, workers, { policy, cores }) => {
      const tasks = planTasks(graphOf(given), { workers, chaining: 'on' })
      const placement = settings(policy, { cores })
      if (!(outcome(() => place(tasks, placement).threads) instanceof MillraceError)) return
      refused++
      const plan = planActors(tasks, null)
      for (let code = 0; code < workers ** plan.actors.length; code++) {
        const threads = plan.actors.map((_, digit) => Math.floor(code / workers ** digit) % workers)
        expect(broken(plan, threads, placement), `${threads.join()} does it`).not.toBeNull()
      }
    })
    fc.assert(check, { numRuns: inTier(20, 300), seed: 8 })
    expect(refused).toBeGreaterThan(3)
  })

  test('without any wish all go to the workers in turn, as they do when nothing is planned', () => {
    const plain = drafts(6, [1, 2, 3, 7, 'workers']).map((all) =>
      all.map(({ parallelism, from, spreads }) => ({ parallelism, from, spreads })),
    )
    const check = fc.property(plain, fc.integer({ min: 1, max: 6 }), (given, workers) => {
      const plan = planTasks(graphOf(given as never), { workers, chaining: 'on' })
      expect(place(plan, settings()).threads).toEqual(inTurn(plan).threads)
      expect(placeJob(plan.graph, { workers, chaining: 'on' }, settings()).placement.threads).toBeNull()
    })
    fc.assert(check, { numRuns: inTier(50, 500) })
  })

  test('by load, the busiest worker has at most an even share and one actor more', () => {
    const costs = fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 })
    const check = fc.property(costs, fc.integer({ min: 1, max: 5 }), (each, workers) => {
      const graph = graphOf(each.map(() => ({ parallelism: 1 })))
      const named = Object.fromEntries(each.map((cost, n) => [`n${n}`, cost]))
      const { threads } = place(planTasks(graph, { workers, chaining: 'on' }), settings('load', {}, named))
      const loads = Array.from({ length: workers }, (_, worker) =>
        each.reduce((sum, cost, n) => sum + (threads[n] === worker ? cost : 0), 0),
      )
      const total = each.reduce((sum, cost) => sum + cost, 0)
      expect(Math.max(...loads)).toBeLessThanOrEqual(total / workers + Math.max(...each) + 1e-4)
    })
    fc.assert(check, { numRuns: inTier(50, 500) })
  })
})

function placed(given: Parameters<typeof graphOf>[0], workers: number, placement = settings()) {
  const plan = placeJob(graphOf(given), { workers, chaining: 'on' }, placement)
  return { plan, threads: plan.actors.map(({ thread }) => thread), reasons: plan.placement.reasons, shares: plan.placement.workers }
}

describe('the policy decides:', () => {
  const jobs = [
    { parallelism: 1, priority: 1 },
    { parallelism: 1, priority: 9 },
    { parallelism: 1, priority: 9 },
  ]

  test('demand sends those that say nothing in turn', () => {
    expect(placed(jobs, 2).threads).toEqual([0, 0, 0])
  })

  test('priority gives the urgent ones a worker each, before all others', () => {
    const { threads, reasons } = placed(jobs, 2, settings('priority'))
    expect(threads).toEqual([0, 0, 1])
    expect(reasons[1]).toMatch(/^priority 9/)
  })

  test('load puts the expensive one apart, as measured for each instance', () => {
    expect(placed(jobs, 2, settings('load', {}, { n0: 0.2, n1: 0.2, n2: 0.9 })).threads).toEqual([0, 0, 1].map((w) => 1 - w))
    expect(placed([{ parallelism: 3 }], 2, settings('load', {}, { n0: [0.2, 0.9, 0.3] })).threads).toEqual([0, 1, 0])
  })
})

test('an antiAffinity between neighbours of a chain parts the chain', () => {
  const { plan, threads } = placed([{ parallelism: 1 }, { parallelism: 1, from: [0], antiAffinity: ['n0'] }], 2)
  expect(plan.tasks.map(({ nodes }) => nodes)).toEqual([[0], [1]])
  expect(threads).toEqual([0, 1])
})

test('what only hands records on stays with what it gets them from, as long as there is room', () => {
  const chain = (cpu: number) => [{ demand: { cpu } }, { from: [0], demand: { cpu }, affinity: [] }]
  const together = placeJob(graphOf(chain(0.4)), { workers: 2, chaining: 'off' }, settings())
  expect(together.actors.map(({ thread }) => thread)).toEqual([0, 1, 0, 1])
  expect(together.placement.reasons[2]).toBe('fed by n0')
  const apart = placeJob(
    graphOf([
      { parallelism: 1, demand: { cpu: 0.7 } },
      { parallelism: 1, from: [0], demand: { cpu: 0.7 } },
    ]),
    { workers: 2, chaining: 'off' },
    settings(),
  )
  expect(apart.actors.map(({ thread }) => thread).toSorted((a, b) => a - b)).toEqual([0, 1])
})

describe('a heap has a limit', () => {
  const [heap, none] = [{ demand: { heapBytes: 64 * MIB } }, {}]

  test('of what its actors demand, and room for the engine, when all of them say it', () => {
    const { shares } = placed(
      [
        { parallelism: 1, exclusive: true, ...heap },
        { parallelism: 1, ...none },
      ],
      2,
    )
    expect(shares.map(({ resourceLimits }) => resourceLimits)).toEqual([
      { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 48 },
      { maxYoungGenerationSizeMb: 96 },
    ])
    expect(shares.map(({ limitedBy }) => limitedBy)).toEqual([[0], []])
  })

  test('as launch was told, where it was', () => {
    const told = { ...settings(), resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 8 } }
    expect(placed([heap], 1, told).shares[0]!.resourceLimits).toEqual(told.resourceLimits)
  })
})

describe('what cannot be is refused with the numbers and the operator:', () => {
  const one = { parallelism: 1 }
  test.each([
    [
      'more cores than a thread has',
      [{ ...one, demand: { cpu: 1.5 } }],
      2,
      {},
      'One instance of n0 needs cpu 1.50; one of 2 workers on 4 cores has cpu 1 and heap 1000 MB',
      'n0',
    ],
    [
      'more heap than a worker has',
      [{ ...one, demand: { heapBytes: 2000 * MIB } }],
      1,
      {},
      'needs heap 2000 MB; one of 1 worker on 4 cores has cpu 1 and heap 1000 MB',
      'n0',
    ],
    [
      'a whole chain',
      [
        { ...one, demand: { cpu: 0.6 } },
        { ...one, from: [0], demand: { cpu: 0.6 } },
      ],
      2,
      {},
      'n0 > n1 needs cpu 1.20',
      'n0',
    ],
    [
      'more than all workers have',
      [{ parallelism: 4, demand: { cpu: 0.6 } }],
      2,
      {},
      'All demands come to cpu 2.40; 2 workers on 4 cores have cpu 2 and heap 2000 MB',
      'n0',
    ],
    [
      'pieces that fill no worker well',
      [{ parallelism: 3, demand: { cpu: 0.6 } }],
      2,
      {},
      'There is no room for n0, which needs cpu 0.60: worker 0 has cpu 0.40 and heap 1000 MB left, worker 1 has',
      'n0',
    ],
    [
      'more disk than there is',
      [
        { ...one, demand: { diskBytesPerSecond: 70 } },
        { ...one, demand: { diskBytesPerSecond: 50 } },
      ],
      2,
      { diskBytesPerSecond: 100 },
      'All demands of diskBytesPerSecond come to 120; the machine has 100',
      'n0',
    ],
    [
      'more exclusive workers than there are',
      [one, { parallelism: 2, exclusive: true }],
      2,
      {},
      '2 instances of exclusive operators need as many workers, and all others need 1; there are 2',
      'n1',
    ],
    [
      'together and apart',
      [one, { ...one, affinity: ['n0'] }, { ...one, affinity: ['n1'], antiAffinity: ['n0'] }],
      3,
      {},
      'antiAffinity keeps it off "n0", but affinity puts both on one worker',
      'n2',
    ],
    ['apart on one worker', [one, { ...one, antiAffinity: ['n0'] }], 1, {}, 'worker 0 has n', /n[01]/],
  ] as const)('%s', (_, given, workers, machine, text, operator) => {
    const error = outcome(() => placed(given as never, workers, settings('demand', machine)).threads)
    expect(error).toBeInstanceOf(MillraceError)
    const { code, message, operator: named, site } = error as MillraceError
    expect(code).toBe('MR_PLACEMENT_IMPOSSIBLE')
    expect(message).toContain(text)
    expect(named).toMatch(operator)
    expect(site).toMatch(/^job\.ts:\d:1$/)
  })
})
