import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type TaskLoad, findBottleneck } from '../../src/cli/run/bottleneck.ts'
import type { JobShape } from '../../src/cli/run/job-shape.ts'
import { type Sample, progressBetween } from '../../src/cli/run/progress.ts'
import { progressBlock, progressLine } from '../../src/cli/run/progress-text.ts'

const load = (task: number, name: string, shares: Partial<TaskLoad>): TaskLoad => ({
  task,
  name,
  busyShare: 0,
  workerBusyShare: 0,
  mailboxShare: 0,
  receivers: [],
  outlets: [],
  ...shares,
})

test('the bottleneck is the task whose mailbox is full while those behind it are not', () => {
  const source = load(0, 'source', { busyShare: 0.9, workerBusyShare: 0.9, receivers: [1] })
  const parse = load(1, 'parse', { busyShare: 0.6, mailboxShare: 1, receivers: [2] })
  const slow = load(2, 'slow', { busyShare: 0.4, workerBusyShare: 0.9, mailboxShare: 0.9, receivers: [3] })
  const sink = load(3, 'sink', { busyShare: 0.3 })
  expect(findBottleneck([source, parse, slow, sink])).toEqual({ name: 'slow', reason: 'holds back its senders', busyShare: 0.4 })
})

test('of several that hold back their senders, it is the busiest', () => {
  const one = load(1, 'one', { busyShare: 0.4, mailboxShare: 0.8 })
  const other = load(2, 'other', { busyShare: 0.7, mailboxShare: 0.6 })
  expect(findBottleneck([one, other])?.name).toBe('other')
})

test('without full mailboxes it is the busiest task of a busy worker, or nobody', () => {
  const source = load(0, 'source', { busyShare: 0.5, workerBusyShare: 0.95 })
  const sink = load(1, 'sink', { busyShare: 0.45, workerBusyShare: 0.95 })
  expect(findBottleneck([source, sink])).toEqual({ name: 'source', reason: 'busiest of a busy worker', busyShare: 0.5 })
  expect(findBottleneck([load(0, 'source', { busyShare: 0.5, workerBusyShare: 0.5 })])).toBeNull()
  expect(findBottleneck([])).toBeNull()
})

test('a full task that idles in front of an outlet waits for the reader of that outlet', () => {
  const last = load(0, 'last', { busyShare: 0.1, workerBusyShare: 0.2, mailboxShare: 1, outlets: ['sums'] })
  expect(findBottleneck([last])).toEqual({ name: 'sums', reason: 'outlet is read slowly', busyShare: 0.1 })
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
  totalRecords: 1000,
  sources: [0],
  tasks: [
    { task: 0, name: 'source', actors: [0, 1], receivers: [1], outlets: [], mailboxBytes: 0 },
    { task: 1, name: 'sum', actors: [2], receivers: [], outlets: [], mailboxBytes: 200 },
  ],
}

/** Counters of the actors 0, 1 (worker 0 and 1) and 2 (worker 0). */
function sample(atMs: number, attempt: number, recordsIn: readonly number[], busyMs: readonly number[], mailboxBytes = 0): Sample {
  const actor = (id: number) => ({
    id,
    name: `a${id}`,
    recordsIn: recordsIn[id]!,
    recordsOut: 0,
    busyMs: busyMs[id]!,
    mailboxBytes: id === 2 ? mailboxBytes : 0,
    badRecords: [],
    state: 'running',
    progress: null,
  })
  const workers = [
    { worker: 0, heapBytes: 0, actors: [actor(0), actor(2)] },
    { worker: 1, heapBytes: 0, actors: [actor(1)] },
  ]
  return { atMs, stats: { attempt, state: 'running', checkpoint: 3, restarts: attempt - 1, workers } }
}

test('rates and shares are those between two samples; share and remaining time follow from what the sources know', () => {
  const before = sample(1000, 1, [100, 100, 50], [100, 0, 100])
  const now = sample(3000, 1, [300, 200, 150], [1100, 500, 900], 50)
  const progress = progressBetween(shape, before, now, true, 1000)
  expect(progress).toMatchObject({
    checkpoint: 3,
    share: 0.5,
    remainingMs: 2000,
    tasks: [
      { name: 'source', actors: 2, recordsIn: 500, recordsPerSecond: 150, busyShare: 0.5, mailboxShare: null },
      { name: 'sum', recordsIn: 150, recordsPerSecond: 50, busyShare: 0.4, mailboxShare: 0.25 },
    ],
    bottleneck: { name: 'source', reason: 'busiest of a busy worker' },
  })
})

test('after a restart counters begin anew: no rate across attempts, and no share', () => {
  const progress = progressBetween(shape, sample(1000, 1, [500, 500, 500], [9, 9, 9]), sample(2000, 2, [10, 10, 10], [5, 5, 5]), true, 0)
  expect(progress.tasks.map(({ recordsPerSecond }) => recordsPerSecond)).toEqual([0, 0])
  expect([progress.share, progress.remainingMs]).toEqual([null, null])
})

test('a run that goes on from a checkpoint, or has a source without end, shows no share', () => {
  const now = sample(2000, 1, [300, 200, 150], [0, 0, 0])
  expect(progressBetween(shape, null, now, false, 0).share).toBeNull()
  expect(progressBetween({ ...shape, totalRecords: null }, null, now, true, 0).share).toBeNull()
})

test('the picture on a terminal and the line of a log', () => {
  const progress = progressBetween(
    shape,
    sample(1000, 1, [100, 100, 50], [100, 0, 100]),
    sample(3000, 1, [300_000, 200, 150], [1100, 500, 900], 50),
    true,
    1000,
  )
  const moment = { job: 'orders', elapsedMs: 61_000, checkpointAgeMs: 400 }
  expect(progressBlock({ ...progress, share: 0.25, remainingMs: 183_000 }, moment, 100)).toEqual([
    'orders · 1:01 · checkpoint 3, 0.4 s ago · 25 % · about 3:03 left',
    '  source  300,200  150,000/s  busy 50 %',
    '  sum         150       50/s  busy 40 %  mailbox 25 %',
    '  bottleneck: source (busiest of a busy worker, busy 50 %)',
  ])
  expect(progressLine(progress, { ...moment, checkpointAgeMs: null })).toMatch(
    /^orders · 1:01 · checkpoint 3 · 100 % · source 150,000\/s · sum 50\/s · fullest mailbox 25 % · bottleneck: /,
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
  const progress = progressBetween({ tasks, sources: [], totalRecords: null }, null, sample(0, 1, [1, 1, 1], [1, 1, 1]), true, 0)
  const lines = progressBlock(progress, { job: 'many', elapsedMs: 0, checkpointAgeMs: null }, 60)
  expect(lines.length).toBeLessThan(30)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60)
})
