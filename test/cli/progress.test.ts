import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type TaskLoad, findBottleneck } from '../../src/observe/bottleneck.ts'
import type { JobShape } from '../../src/observe/job-shape.ts'
import { type Sample, progressBetween } from '../../src/observe/progress.ts'
import { taskLoads } from '../../src/observe/task-loads.ts'
import { shareRead } from '../../src/observe/share-read.ts'
import { progressBlock, progressLine } from '../../src/cli/run/progress-text.ts'

const load = (task: number, name: string, shares: Partial<TaskLoad>): TaskLoad => ({
  task,
  name,
  busyShare: 0,
  blockedShare: 0,
  workerBusyShare: 0,
  mailboxShare: 0,
  receivers: [],
  outlets: [],
  ...shares,
})

test('the bottleneck is the task whose mailbox is full while those behind it are not', () => {
  const source = load(0, 'source', { busyShare: 0.9, workerBusyShare: 0.9, receivers: [1] })
  const parse = load(1, 'parse', { busyShare: 0.6, blockedShare: 0.3, mailboxShare: 1, receivers: [2] })
  const slow = load(2, 'slow', { busyShare: 0.4, workerBusyShare: 0.9, mailboxShare: 0.9, receivers: [3] })
  const sink = load(3, 'sink', { busyShare: 0.3 })
  expect(findBottleneck([source, parse, slow, sink])).toEqual({
    name: 'slow',
    reason: 'holds back its senders',
    busyShare: 0.4,
    sendersBlockedShare: 0.3,
  })
})

test('a sender that lacks credit is held back by the fullest of its receivers, however little that holds', () => {
  const source = load(0, 'source', { busyShare: 0.2, blockedShare: 0.6, receivers: [1, 2] })
  const calm = load(1, 'calm', { busyShare: 0.8, mailboxShare: 0.05 })
  const skewed = load(2, 'skewed', { busyShare: 0.7, mailboxShare: 0.3 })
  expect(findBottleneck([source, calm, skewed])).toMatchObject({
    name: 'skewed',
    reason: 'holds back its senders',
    sendersBlockedShare: 0.6,
  })
})

test('of several that hold back their senders, it is the busiest', () => {
  const one = load(1, 'one', { busyShare: 0.4, mailboxShare: 0.8 })
  const other = load(2, 'other', { busyShare: 0.7, mailboxShare: 0.6 })
  expect(findBottleneck([one, other])?.name).toBe('other')
})

test('without full mailboxes it is the busiest task of a busy worker, or nobody', () => {
  const source = load(0, 'source', { busyShare: 0.5, workerBusyShare: 0.95 })
  const sink = load(1, 'sink', { busyShare: 0.45, workerBusyShare: 0.95 })
  expect(findBottleneck([source, sink])).toEqual({
    name: 'source',
    reason: 'busiest of a busy worker',
    busyShare: 0.5,
    sendersBlockedShare: 0,
  })
  expect(findBottleneck([load(0, 'source', { busyShare: 0.5, workerBusyShare: 0.5 })])).toBeNull()
  expect(findBottleneck([])).toBeNull()
})

test('a full task that idles in front of an outlet waits for the reader of that outlet', () => {
  const last = load(0, 'last', { busyShare: 0.1, workerBusyShare: 0.2, mailboxShare: 1, outlets: ['sums'] })
  expect(findBottleneck([last])).toEqual({ name: 'sums', reason: 'outlet is read slowly', busyShare: 0.1, sendersBlockedShare: 0 })
  const source = load(0, 'source', { blockedShare: 0.9, outlets: ['sums'] })
  expect(findBottleneck([source])).toMatchObject({ name: 'sums', reason: 'outlet is read slowly', sendersBlockedShare: 0.9 })
})

test('a bottleneck that holds back its senders never has a full receiver', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  const chain = fc.array(fc.record({ busyShare: share, workerBusyShare: share, mailboxShare: share }), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(chain, (shares) => {
      const tasks = shares.map((some, task) => load(task, `t${task}`, { ...some, receivers: task + 1 < shares.length ? [task + 1] : [] }))
      const found = findBottleneck(tasks)
      const task = tasks.find(({ name }) => name === found?.name)
      const full = tasks.some(({ mailboxShare }) => mailboxShare >= 0.5)
      expect(found?.reason === 'holds back its senders').toBe(full)
      if (full) expect(task!.receivers.every((receiver) => tasks[receiver]!.mailboxShare < 0.5)).toBe(true)
    }),
  )
})

const shape: JobShape = {
  sources: [0],
  tasks: [
    { task: 0, name: 'source', actors: [0, 1], receivers: [1], outlets: [], mailboxBytes: 0 },
    { task: 1, name: 'sum', actors: [2], receivers: [], outlets: [], mailboxBytes: 200 },
  ],
}

/** Counters of the actors 0, 1 (worker 0 and 1) and 2 (worker 0), and for which shares of their time they were busy. */
function sample(atMs: number, attempt: number, recordsIn: readonly number[], busyShares = [0, 0, 0], mailboxShare = 0): Sample {
  // Each source has 500 records.
  const read = (id: number) => ({ position: recordsIn[id]!, size: 500, unit: 'records' }) as const
  const actor = (id: number) => ({
    id,
    name: `a${id}`,
    recordsIn: recordsIn[id]!,
    recordsOut: 0,
    busyMs: 0,
    blockedMs: 0,
    busyShare: busyShares[id]!,
    blockedShare: id === 1 ? mailboxShare : 0,
    mailboxBytes: 0,
    mailboxShare: id === 2 ? mailboxShare : null,
    priority: 0,
    keys: [],
    outputs: [],
    watermarkMs: null,
    badRecords: [],
    latency: [],
    state: 'running',
    progress: id === 2 ? null : read(id),
  })
  const worker = { heapBytes: 0, externalBytes: 0, elapsedMs: 0, busyMs: 0, blockedMs: 0, busyShare: 0.9, blockedShare: 0 }
  const workers = [
    { worker: 0, ...worker, actors: [actor(0), actor(2)] },
    { worker: 1, ...worker, actors: [actor(1)] },
  ]
  const phases = { barriersMs: 3, encodeMs: 1, storeMs: 2, commitMs: 6 }
  const latest = { id: 3, bytes: 3_145_728, newBytes: 1024, tookMs: 12, alignmentMs: 1, phases }
  const checkpoints = { completed: 3, failed: 0, skipped: 0, ageMs: 400, latest }
  const bottleneck = findBottleneck(taskLoads(shape, workers))
  return {
    atMs,
    stats: {
      attempt,
      state: 'running',
      checkpoint: 3,
      restarts: attempt - 1,
      actorRestarts: 0,
      checkpoints,
      workers,
      bottleneck,
      hotKeys: [],
      balance: null,
    },
  }
}

test('rates and shares are those between two samples; share and remaining time follow from what the sources know', () => {
  const before = sample(1000, 1, [100, 100, 50])
  const now = sample(3000, 1, [300, 200, 150], [0.5, 0.25, 0.4], 0.25)
  const progress = progressBetween(shape, before, now, before)
  expect(progress).toMatchObject({
    checkpoint: 3,
    share: 0.5,
    // 300 of 1000 in two seconds, 500 are left.
    remainingMs: (2000 * 500) / 300,
    tasks: [
      { name: 'source', actors: 2, recordsIn: 500, recordsPerSecond: 150, busyShare: 0.5, mailboxShare: null },
      { name: 'sum', recordsIn: 150, recordsPerSecond: 50, busyShare: 0.4, mailboxShare: 0.25 },
    ],
    // Some instance of the source lacks credit.
    bottleneck: { name: 'sum', reason: 'holds back its senders', sendersBlockedShare: 0.25 },
  })
})

test('after a restart counters begin anew: no rate across attempts; the share is that of the input, so it goes back', () => {
  const before = sample(1000, 1, [500, 500, 500])
  const progress = progressBetween(shape, before, sample(2000, 2, [10, 10, 10]), before)
  expect(progress.tasks.map(({ recordsPerSecond }) => recordsPerSecond)).toEqual([0, 0])
  expect([progress.share, progress.remainingMs]).toEqual([0.02, null])
})

test('a run that goes on from a checkpoint shows the share of all input, and the time that the rest takes at its own speed', () => {
  const first = sample(1000, 1, [400, 400, 0], [0, 0, 0])
  expect(progressBetween(shape, first, sample(2000, 1, [450, 450, 100], [0, 0, 0]), first)).toMatchObject({
    share: 0.9,
    remainingMs: expect.closeTo(1000, 6) as number,
  })
})

type Read = { readonly position: number; readonly size: number; readonly unit: 'records' | 'bytes' } | null

test.each<[string, readonly [Read, Read], number | null]>([
  ['one of several instances that knows nothing', [{ position: 1, size: 2, unit: 'bytes' }, null], null],
  [
    'instances together',
    [
      { position: 1, size: 2, unit: 'bytes' },
      { position: 0, size: 6, unit: 'bytes' },
    ],
    0.125,
  ],
  [
    'no input at all',
    [
      { position: 0, size: 0, unit: 'bytes' },
      { position: 0, size: 0, unit: 'bytes' },
    ],
    1,
  ],
])('the share of %s', (_, reads, expected) => {
  const now = sample(0, 1, [0, 0, 0], [0, 0, 0])
  const workers = now.stats.workers.map((worker) => ({
    ...worker,
    actors: worker.actors.map((actor) => ({ ...actor, progress: reads[actor.id] ?? null })),
  }))
  const stats = { ...now.stats, workers }
  expect(shareRead(shape, stats)).toBe(expected)
  // As two sources: the one that is least far, where they count in different units.
  const apart = { tasks: [0, 1].map((task) => ({ ...shape.tasks[0]!, task, actors: [task] })), sources: [0, 1] }
  expect(shareRead(apart, stats)).toBe(expected)
})

test('sources that count in different units: the one that is least far', () => {
  const now = sample(0, 1, [0, 0, 0], [0, 0, 0])
  const reads: readonly Read[] = [
    { position: 9, size: 10, unit: 'records' },
    { position: 1, size: 4, unit: 'bytes' },
  ]
  const workers = now.stats.workers.map((worker) => ({
    ...worker,
    actors: worker.actors.map((actor) => ({ ...actor, progress: reads[actor.id] ?? null })),
  }))
  const apart = { tasks: [0, 1].map((task) => ({ ...shape.tasks[0]!, task, actors: [task] })), sources: [0, 1] }
  expect(shareRead(apart, { ...now.stats, workers })).toBe(0.25)
})

test('the picture on a terminal and the line of a log', () => {
  const progress = progressBetween(
    shape,
    sample(1000, 1, [100, 100, 50]),
    sample(3000, 1, [300_000, 200, 150], [0.5, 0.25, 0.4]),
    sample(1000, 1, [100, 100, 50]),
  )
  const moment = { job: 'orders', elapsedMs: 61_000, checkpointAgeMs: 400 }
  expect(progressBlock({ ...progress, share: 0.25, remainingMs: 183_000 }, moment, 100)).toEqual([
    'orders · 1:01 · checkpoint 3, 0.4 s ago, 3 MiB in 12 ms · 25 % · about 3:03 left',
    '  source  300,200  150,000/s  busy 50 %',
    '  sum         150       50/s  busy 40 %  mailbox 0 %',
    '  bottleneck: source (busiest of a busy worker, busy 50 %)',
  ])
  const waiting = { ...progress, tasks: progress.tasks.map((task) => ({ ...task, blockedShare: task.mailboxShare === null ? 0.6 : 0 })) }
  const slow = { name: 'sum', reason: 'holds back its senders', busyShare: 0.4, sendersBlockedShare: 0.6 } as const
  expect(progressBlock({ ...waiting, bottleneck: slow }, moment, 100).slice(1)).toEqual([
    '  source  300,200  150,000/s  busy 50 %  waits 60 %',
    '  sum         150       50/s  busy 40 %              mailbox 0 %',
    '  bottleneck: sum (holds back its senders, busy 40 %, senders wait 60 %)',
  ])
  const balance = {
    reason: 'worker 0 is busy 98 %, worker 1 is busy 2 %',
    before: [0.98, 0.02],
    after: [0.6, 0.4],
    moves: ['sum 1 goes from worker 0 to worker 1'],
  }
  expect(progressBlock({ ...progress, balance }, moment, 160).at(-1)).toBe(
    '  uneven: worker 0 is busy 98 %, worker 1 is busy 2 %; at most 60 % if sum 1 goes from worker 0 to worker 1 (placement by load)',
  )
  const hot = [
    { key: 'shop-1', share: 0.5, error: 0.021 },
    { key: 7, share: 0.12, error: 0.03 },
  ]
  expect(progressBlock({ ...progress, hotKeys: [{ operator: 'sum', samples: 1_000, keys: hot }] }, moment, 160).at(-1)).toBe(
    '  hot keys of sum: "shop-1" 50 % (± 3)',
  )
  const checkpoints = { completed: 0, failed: 1, skipped: 0, ageMs: null, latest: null }
  expect(progressLine({ ...progress, checkpoints }, { ...moment, checkpointAgeMs: null })).toMatch(
    /^orders · 1:01 · checkpoint 3 · 1 failed checkpoint · 100 % · source 150,000\/s · sum 50\/s · fullest mailbox 0 % · bottleneck: /,
  )
})

test('no line of the picture is wider than the terminal, and a job of very many tasks does not fill the screen', () => {
  const tasks = Array.from({ length: 100 }, (_, task) => ({
    task,
    name: 'a long name of a task '.repeat(5),
    actors: [task],
    receivers: [],
    outlets: [],
    mailboxBytes: 0,
  }))
  const now = sample(0, 1, [1, 1, 1], [1, 1, 1])
  const progress = progressBetween({ tasks, sources: [] }, null, now, now)
  const lines = progressBlock(progress, { job: 'many', elapsedMs: 0, checkpointAgeMs: null }, 60)
  expect(lines.length).toBeLessThan(30)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60)
})
