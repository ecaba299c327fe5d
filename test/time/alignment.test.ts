import fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { type MillraceError, defineJob, launch } from '../../src/index.ts'
import { simulate } from '../../src/testing/index.ts'
import { Drift } from '../../src/actor/drift.ts'
import { SplitWatermarks } from '../../src/time/split-watermarks.ts'
import { AlignedSource, createWatermarkTable } from '../../src/time/aligned-source.ts'
import { type Config, type Member, type Row, job, overruns, read, watching } from './jobs/alignment-job.ts'

const BATCH = 32

beforeEach(() => {
  read.clear()
  overruns.length = 0
  watching.slackMs = Infinity
  watching.failed = false
})

const total = (members: readonly Member[]) => ({
  rows: members.reduce((sum, { count }) => sum + count, 0),
  at: members.reduce((sum, { count, stepMs }) => sum + (stepMs * count * (count - 1)) / 2, 0),
})

async function run(config: Config, options: object = {}) {
  read.clear()
  overruns.length = 0
  watching.failed = false
  const longest = Math.max(...config.members.map(({ stepMs }) => stepMs))
  // A batch is read whole; watermarks are one behind.
  watching.slackMs = (config.maxDriftMs ?? 0) + (BATCH + 1) * longest + 1
  return simulate(job, { config, workers: 2, batchRecords: BATCH, ...options })
}

const member = (name: string) =>
  fc.record({
    name: fc.constant(name),
    count: fc.integer({ min: 0, max: 1_500 }),
    stepMs: fc.integer({ min: 1, max: 40 }),
    rowsPerSecond: fc.constantFrom(2_000, 20_000, Infinity),
  })

test('no member of a group reads further ahead than it may, and all are read to their ends', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(member('a'), member('b'), member('c')),
      fc.integer({ min: 0, max: 2_000 }),
      fc.constantFrom(1, 2, 3),
      fc.integer(),
      async (members, maxDriftMs, workers, seed) => {
        const { outlets } = await run({ members, maxDriftMs }, { workers, seed })
        expect(overruns).toEqual([])
        expect(outlets.counts).toEqual(total(members).rows === 0 ? outlets.counts : [total(members)])
      },
    ),
    { numRuns: 25 },
  )
})

const fastAndSlow: readonly Member[] = [
  { name: 'fast', count: 3_000, stepMs: 10 },
  { name: 'slow', count: 300, stepMs: 100, rowsPerSecond: 1_000 },
]

test('without alignment the fast one is read far ahead: what the test before looks for can be seen', async () => {
  await run({ members: fastAndSlow, maxDriftMs: null }, { seed: 1 })
  expect(overruns.length).toBeGreaterThan(0)
})

test('a member that is idle holds up nobody, and neither does one that has ended', async () => {
  const members = [...fastAndSlow, { name: 'short', count: 10, stepMs: 1 }, { name: 'empty', count: 0, stepMs: 1 }]
  const quiet = await run({ members, maxDriftMs: 50, idleInlet: true }, { seed: 2, inputs: { quiet: [] } })
  expect(quiet.outlets.counts).toEqual([total(members)])
  const heard = await run(
    { members, maxDriftMs: 50, idleInlet: true },
    { seed: 3, inputs: { quiet: [{ member: 'quiet', at: 5, readMs: 0 }] } },
  )
  expect(heard.outlets.counts).toEqual([{ rows: total(members).rows + 1, at: total(members).at + 5 }])
  expect(overruns).toEqual([])
})

test('a source that waits takes part in checkpoints, and after a crash no member runs ahead of what the others have come to', async () => {
  for (const seed of [1, 2, 3]) {
    const { outlets, restarts, checkpoints } = await run(
      { members: fastAndSlow, maxDriftMs: 100, failAt: 200 },
      { seed, checkpointIntervalMs: 20 },
    )
    expect(restarts).toBe(1)
    expect(checkpoints.length).toBeGreaterThanOrEqual(3)
    expect(overruns).toEqual([])
    expect(outlets.counts).toEqual([total(fastAndSlow)])
  }
})

test('a run can be stopped and drained while a source waits', async () => {
  const members = [
    { name: 'fast', count: 1e9, stepMs: 10 },
    { name: 'slow', count: 1e9, stepMs: 1, rowsPerSecond: 500 },
  ]
  for (const drain of [true, false]) {
    const { outcome } = await run({ members, maxDriftMs: 100 }, { seed: 4, stop: { afterMs: 300, drain } })
    expect(outcome).toBe(drain ? 'finished' : 'stopped')
    expect(overruns).toEqual([])
  }
})

test('on threads of their own the members keep abreast as well', async () => {
  const config: Config = { members: fastAndSlow, maxDriftMs: 500 }
  const started = await launch(job, { config, workers: 2, batchRecords: BATCH })
  const all = async <T>(records: AsyncIterable<T>): Promise<T[]> => {
    const read: T[] = []
    for await (const record of records) read.push(record)
    return read
  }
  const [rows] = await Promise.all([all<Row>(started.outlet('rows')), all(started.outlet('counts')), started.done])
  const slow = rows.filter((row) => row.member === 'slow').toSorted((a, b) => a.readMs - b.readMs)
  const fast = rows.filter((row) => row.member === 'fast').toSorted((a, b) => a.readMs - b.readMs)
  expect([fast.length, slow.length]).toEqual([3_000, 300])
  let s = 0
  for (const { at, readMs } of fast) {
    while (s < slow.length && slow[s]!.readMs <= readMs) s++
    if (s === slow.length) break
    const slowAt = s === 0 ? 0 : slow[s - 1]!.at
    expect(at - slowAt).toBeLessThanOrEqual(500 + (BATCH + 1) * 100)
  }
})

test('a source does not become idle by waiting for others, and nobody waits for one that is idle or has read all of its splits', () => {
  const table = createWatermarkTable(2)
  const [mine, other] = [0, 1].map((slot) => new AlignedSource({ table, slot, members: [0, 1], maxDriftMs: 10 }))
  const splits = new SplitWatermarks({ create: null, disorderMs: 0, idleAfterMs: 50, alignment: { group: 'g', maxDriftMs: 10 } })
  let nowMs = 0
  const looks: number[] = []
  const drift = new Drift(splits, mine!, { nowMs: () => nowMs, monotonicMs: () => nowMs }, (atMs) => looks.push(atMs))
  splits.select(3, nowMs)
  splits.observe(101, nowMs)
  splits.update(nowMs)
  other!.publish(20)
  for (; nowMs < 200; nowMs += 25) {
    expect(drift.holdsBack()).toBe(true)
    expect([splits.update(nowMs), splits.idle]).toEqual([false, false])
  }
  expect(looks.at(-1)).toBe(175 + 5)
  other!.publish(90)
  expect([drift.holdsBack(), other!.isAhead(111)]).toEqual([false, true])
  expect([splits.update(225), splits.idle]).toEqual([true, true])
  drift.tell()
  expect(other!.isAhead(1_000)).toBe(false)
  splits.select(3, nowMs)
  splits.observe(102, nowMs)
  splits.update(nowMs)
  drift.tell()
  expect(other!.isAhead(1_000)).toBe(true)
  splits.close(3)
  drift.tell()
  expect(other!.isAhead(1_000)).toBe(false)
})

test('a member that has said nothing yet is waited for, and the last one never waits', () => {
  const table = createWatermarkTable(3)
  const [a, b] = [0, 2].map((slot) => new AlignedSource({ table, slot, members: [0, 2], maxDriftMs: 10 }))
  expect(a!.isAhead(-Infinity)).toBe(false)
  expect(a!.isAhead(0)).toBe(true)
  b!.publish(5)
  expect([a!.isAhead(15), a!.isAhead(15.5), a!.isAhead(4)]).toEqual([false, true, false])
  b!.publish(Infinity)
  expect(a!.isAhead(1e9)).toBe(false)
  b!.publish(7)
  expect(a!.isAhead(18)).toBe(true)
})

test.each([
  [{ alignment: { group: 'g', maxDriftMs: 1 } }, /alignment says nothing without eventTime/],
  [{ eventTime: (): number => 0, alignment: { group: '', maxDriftMs: 1 } }, /alignment\.group= is not a name/],
  [{ eventTime: (): number => 0, alignment: { group: 'g', maxDriftMs: -1 } }, /alignment\.maxDriftMs=-1/],
  [{ eventTime: (): number => 0, alignment: { group: 'g' } as never }, /alignment\.maxDriftMs=NaN/],
  [{ eventTime: (): number => 0, watermarks: 'none' as const, alignment: { group: 'g', maxDriftMs: 1 } }, /nothing to align/],
])('refused: %j', async (options, message) => {
  const refused = defineJob(import.meta, {
    build: ({ source }) => ({ out: source.generate<number>('rows', { count: 1, make: (n) => n, ...(options as object) }) }),
  })
  const failure = await refused.buildGraph(undefined as never).then(
    () => null,
    (error: MillraceError) => error,
  )
  expect(failure).toMatchObject({ code: 'MR_OPTION_INVALID', message: expect.stringMatching(message) })
})
