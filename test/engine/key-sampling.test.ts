import { expect, test } from 'vitest'
import { loadOperators } from '../../actors/registry.ts'
import { allocate, allocateDoorbells } from '../../src/control/allocate.ts'
import { planJob } from '../../src/graph/plan.ts'
import { type Stream, defineJob, window } from '../../src/index.ts'
import { hotKeys } from '../../src/observe/hot-keys.ts'
import { checkOptions } from '../../src/app/launch-options.ts'
import { WorkerRuntime } from '../../src/worker/worker-runtime.ts'
import { workerStats } from '../../src/worker/worker-stats.ts'
import { inTier } from '../tier.ts'

interface Row {
  readonly key: string
  readonly n: number
}

/** Half of the records, in a pattern that falls together with batches, are of one key; the others are of many. */
const make = (n: number): Row => ({ key: n % 1_024 < 512 ? 'hot' : `k${n % 5_003}`, n })

async function run(build: (rows: Stream<Row>) => unknown, codec: 'generated' | 'interpreted') {
  const job = defineJob(import.meta, {
    name: 'hot',
    build: ({ source }) => {
      const rows = source.generate('rows', { count: inTier(44_000, 400_000), parallelism: 1, make, eventTime: ({ n }) => n })
      build(rows.filter(({ n }) => n % 7 !== 0))
    },
  })
  const { engine } = checkOptions({ workers: 1, codec })
  const graph = await job.buildGraph({})
  const plan = planJob(graph, engine)
  const registry = await loadOperators(['partition', ...graph.nodes.map(({ kind }) => kind)])
  const nothing = (): void => {}
  const failures: unknown[] = []
  const events = {
    snapshotPart: nothing,
    snapshotTaken: nothing,
    notify: nothing,
    checkpointWanted: nothing,
    failed: (_attempt: number, _actor: number | null, error: unknown) => void failures.push(error),
  }
  let nowMs = 0
  // So that batches, and what is looked at, are always the same.
  const clock = { nowMs: () => nowMs, monotonicMs: () => (nowMs += 0.001) }
  const host = {
    clock,
    events,
    generateCode: true,
    onWake: nothing,
    workingStore: nothing as never,
    openTable: nothing as never,
  }
  const runtime = new WorkerRuntime(plan, registry, engine, 0, allocate(plan, engine, allocateDoorbells(1), 1), host)
  await runtime.open(null)
  runtime.start()
  while (failures.length === 0 && [...runtime.actors].some(({ state }) => state !== 'finished')) runtime.turn(50)
  expect(failures).toEqual([])
  return hotKeys([workerStats(0, runtime, clock)])
}

const sums = (a: { sum(field: 'n'): never }): { n: never } => ({ n: a.sum('n') })

test.each<[string, (rows: Stream<Row>) => unknown]>([
  ['what is summed up before it is sent', (rows) => rows.keyBy('key').sum('n', { name: 'sums' }).toStream({ emit: 'final' })],
  [
    'panes',
    (rows) =>
      rows
        .keyBy('key')
        .window(window.tumbling({ sizeMs: 50_000 }))
        .aggregate(sums as never, { name: 'sums' }),
  ],
  [
    'columns',
    (rows) =>
      rows
        .map(({ key, n }) => ({ key, n }))
        .keyBy('key')
        .sum('n', { name: 'sums' })
        .toStream({ emit: 'every' }),
  ],
  [
    'records',
    (rows) =>
      rows
        .keyBy(({ key }) => key)
        .scan(
          () => 0,
          (sum, { n }) => sum + n,
          { name: 'sums' },
        ),
  ],
])('hot keys are found in %s, from samples', async (_, build) => {
  for (const codec of ['generated', 'interpreted'] as const) {
    const [found, ...others] = await run(build, codec)
    expect(others).toEqual([])
    expect(found!.operator).toBe('sums')
    expect(found!.samples).toBeGreaterThan(5)
    expect(found!.keys.map(({ key }) => key)).toEqual(['hot'])
    expect(Math.abs(found!.keys[0]!.share - 0.5)).toBeLessThan(2 * found!.keys[0]!.error)
  }
})
