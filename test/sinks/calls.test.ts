import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type BatchContext, defineJob, sink, type SinkSpec } from '../../src/index.ts'
import { seeds, simulate, type SimulateOptions } from '../../src/testing/index.ts'

const COUNT = 2_000

/** Rows 0 .. COUNT - 1 into a sink; `failAt` throws once before that row. */
function rowsInto(target: SinkSpec<number>, failAt = -1, parallelism?: number) {
  let failed = false
  return defineJob<Record<string, never>, {}>(import.meta, {
    name: 'calls',
    build: ({ source }) => {
      source
        .generate('rows', { count: COUNT, make: (n) => n })
        .map((n) => {
          if (n !== failAt || failed) return n
          failed = true
          throw new Error('planned')
        })
        .to(target, parallelism === undefined ? {} : { parallelism })
      return {}
    },
  })
}

const all = Array.from({ length: COUNT }, (_, n) => n)
const run = (target: SinkSpec<number>, options: SimulateOptions, failAt?: number) =>
  simulate(rowsInto(target, failAt), { seed: 1, checkpointIntervalMs: 5, ...options })

test.each(seeds(8))('batches: every record once, one call at a time in each instance, with seed %s', async (seed) => {
  const got: number[] = []
  const open = new Map<number, number>()
  const target = sink.forEachBatch<number>(
    async (records, { index }) => {
      expect(open.get(index) ?? 0).toBe(0)
      open.set(index, 1)
      await turn()
      expect(records.length).toBeGreaterThan(0)
      expect(records.length).toBeLessThanOrEqual(70)
      got.push(...records)
      open.set(index, 0)
    },
    { batchRecords: 70 },
  )
  await run(target, { seed, batchRecords: [3, 100, 1000][Number(seed) % 3]! })
  expect(got.toSorted((a, b) => a - b)).toEqual(all)
})

test('batches: a function that returns no promise is called at once', async () => {
  const got: number[] = []
  await run(
    sink.forEachBatch<number>((records) => void got.push(...records)),
    {},
  )
  expect(got.toSorted((a, b) => a - b)).toEqual(all)
})

test.each(seeds(8))(
  'batches: a restart repeats records, but loses none; a call in flight is told that it is over, with seed %s',
  async (seed) => {
    const done = new Set<number>()
    const signals: AbortSignal[] = []
    const target = sink.forEachBatch<number>(async (records, { signal }: BatchContext) => {
      signals.push(signal)
      await turn()
      if (!signal.aborted) for (const n of records) done.add(n)
    })
    const { restarts } = await run(target, { seed, batchRecords: 50 }, 1_500)
    expect(restarts).toBe(1)
    expect(signals.filter(({ aborted }) => aborted).length).toBeGreaterThan(0)
    expect([...done].toSorted((a, b) => a - b)).toEqual(all)
  },
)

test('batches: no checkpoint counts a record before its call has ended', async () => {
  // The run is cut off at a checkpoint that was complete: whatever it covers has to be there.
  for (const seed of seeds(6)) {
    const called: number[] = []
    let calls = 0
    const target = sink.forEachBatch<number>(async (records) => {
      await turn()
      if (++calls === 12) throw new Error('the target is gone')
      called.push(...records)
    })
    const { restarts } = await run(target, { seed, batchRecords: 20, checkpointIntervalMs: 1 })
    expect(restarts).toBe(1)
    expect(new Set(called).size).toBe(COUNT)
  }
})

test('batches: what the promise is rejected with fails the job, with the operator', async () => {
  const target = sink.forEachBatch<number>(() => Promise.reject(new TypeError('no')))
  const error = await run(target, { restart: { maxRestarts: 0 } }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'MR_OPERATOR_FAILED', operator: 'forEachBatchSink-1' })
})

test('options that cannot be are refused where they are given', () => {
  expect(() => sink.forEachBatch(() => {}, { batchRecords: 0 })).toThrow(/batchRecords=0/)
  expect(() => sink.forEachBatch(null as never)).toThrow(/takes a function/)
})

test('single calls: promises overlap, and a checkpoint counts no record before its promise is fulfilled', async () => {
  const [got, open] = [[] as number[], { now: 0, most: 0 }]
  const target = sink.forEach<number>(async (n) => {
    open.most = Math.max(open.most, ++open.now)
    await turn()
    open.now--
    got.push(n)
  })
  await run(target, { batchRecords: 50 }, 1_500)
  expect([...new Set(got)].toSorted((a, b) => a - b)).toEqual(all)
  expect(open.most).toBeGreaterThan(1)
})

test('single calls: a rejected promise fails the operator, or leaves its record out where the policy says so', async () => {
  const rejectsAt = sink.forEach<number>(async (n) => {
    await turn()
    if (n === 7) throw new Error('not this one')
  })
  const options = { restart: { maxRestarts: 0 } }
  await expect(run(rejectsAt, options)).rejects.toMatchObject({
    operator: 'forEachSink-1',
    cause: { message: expect.stringContaining('not this one') },
  })
  const job = defineJob<Record<string, never>, {}>(import.meta, {
    name: 'skips',
    build: ({ source }) => {
      source.generate('rows', { count: 20, make: (n) => n }).to(rejectsAt, { onError: 'skip' })
      return {}
    },
  })
  expect((await simulate(job, { seed: 1, ...options })).badRecords).toMatchObject([{ skipped: 1 }])
})
