import { expect, test } from 'vitest'
import { defineJob, launch, type Outlets, type Stream } from '../../src/index.ts'
import { runToEnd, simulate } from '../../src/testing/index.ts'
import job, { type PartitionConfig, type Seen, timedRow } from './jobs/partition-job.ts'

const COUNT = 12_000
const BUCKET_MS = 300
const ids = Array.from({ length: COUNT }, (_, id) => id)

const byInstance = (records: readonly Seen[]): Map<number, number[]> => {
  const instances = new Map<number, number[]>()
  for (const { instance, id } of records) (instances.get(instance) ?? instances.set(instance, []).get(instance)!).push(id)
  return instances
}

const sortedIds = (records: readonly { readonly id: number }[]): number[] => records.map(({ id }) => id).toSorted((a, b) => a - b)

async function run(senders: number, workers: number): Promise<Record<string, Seen[]>> {
  const config: PartitionConfig = { count: COUNT, senders, bucketMs: BUCKET_MS }
  return (await simulate(job, { workers, seed: senders * 10 + workers, config })).outlets as Record<string, Seen[]>
}

test.each([
  [1, 3],
  [2, 2],
  [3, 2],
])('with %i senders and %i workers each partitioner keeps its word', async (senders, workers) => {
  const seen = await run(senders, workers)
  for (const name of ['keyed', 'roundRobin', 'rebalance', 'forward', 'custom', 'event', 'arrival', 'inherited']) {
    expect([name, sortedIds(seen[name]!)]).toEqual([name, ids])
  }
  for (const [, got] of byInstance(seen['broadcast']!)) expect(got.toSorted((a, b) => a - b)).toEqual(ids)
  expect(byInstance(seen['broadcast']!).size).toBe(3)
  const counts = [...byInstance(seen['roundRobin']!).values()].map(({ length }) => length)
  expect(counts.length).toBe(4)
  // Each sender's turn ends somewhere.
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(senders)
  for (const { id, instance, instances } of seen['custom']!) expect([instance, instances]).toEqual([(id * 31) % workers, workers])
  for (const { id, instance, instances } of seen['event']!) {
    const bucket = Math.floor(timedRow(id).at / BUCKET_MS)
    expect([instance, instances]).toEqual([((bucket % workers) + workers) % workers, workers])
  }
  // Row n belongs to split floor(n / 1024) mod splits, which instance split mod parallelism reads.
  for (const { id, instance } of [...seen['forward']!, ...seen['inherited']!]) expect(instance).toBe(Math.floor(id / 1024) % senders)
})

test('a partitioner keeps the order of each sender', async () => {
  const seen = await run(1, 2)
  for (const [name, records] of Object.entries(seen)) {
    for (const [, got] of byInstance(records)) expect([name, got]).toEqual([name, got.toSorted((a, b) => a - b)])
  }
})

test('on threads each time bucket and each chosen channel is one instance, too', async () => {
  const running = await launch(job, { workers: 2, config: { count: 3_000, senders: 2, bucketMs: BUCKET_MS } })
  const names = ['keyed', 'roundRobin', 'rebalance', 'broadcast', 'forward', 'custom', 'event', 'arrival', 'inherited'] as const
  const collected = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await running.outlet(name).collect()] as const)))
  await running.done
  for (const { id, instance } of collected['custom']!) expect(instance).toBe((id * 31) % 2)
  for (const { at, instance } of collected['event']!) expect(instance).toBe(Math.abs(Math.floor(at / BUCKET_MS) % 2))
  expect(collected['broadcast']!.length).toBe(9_000)
})

test.each([-1, 2, 0.5, NaN, Infinity, 2 ** 32, null, '0', {}])(
  'a channel %j that does not exist fails with MR_PARTITION_INVALID',
  async (choice) => {
    const config: PartitionConfig = { count: 10, senders: 1, bucketMs: 1, choice }
    const failing = simulate(job, { workers: 2, config, restart: { maxRestarts: 0 } })
    await expect(failing).rejects.toMatchObject({
      code: 'MR_PARTITION_INVALID',
      operator: expect.any(String),
      site: expect.stringContaining('partition-job'),
    })
  },
)

test('partitionByTime refuses a stream without event times', async () => {
  const untimed = defineJob(import.meta, {
    build: ({ source }) => ({
      out: source
        .generate('n', { count: 1, make: (n) => n })
        .partitionByTime({ bucketMs: 10, by: 'event' })
        .map((n) => n),
    }),
  })
  await expect(runToEnd(untimed)).rejects.toMatchObject({ code: 'MR_GRAPH_INVALID', message: expect.stringContaining('eventTime') })
})

test('forward() refuses another number of instances, which the default would rebalance', async () => {
  const strict = (forward: boolean) =>
    defineJob(import.meta, {
      build: ({ source }) => {
        const numbers = source.generate('n', { count: 100, parallelism: 2, make: (n) => n })
        return { out: (forward ? numbers.forward() : numbers).map((n) => n, { parallelism: 3, name: 'three' }) }
      },
    })
  await expect(runToEnd(strict(true))).rejects.toMatchObject({ code: 'MR_GRAPH_INVALID', operator: 'three' })
  expect((await runToEnd(strict(false))).out.length).toBe(100)
})

test('a broadcast that the next operator would undo is refused', async () => {
  const undoings: ((stream: Stream<{ readonly n: number }>) => Outlets[string])[] = [
    (stream) => stream.keyBy('n').count(),
    (stream) => stream.distinct('n'),
    (stream) => stream.rebalance(),
    (stream) => stream.aggregate((a) => ({ n: a.count() })),
  ]
  for (const undo of undoings) {
    const undone = defineJob(import.meta, {
      build: ({ source }) => ({ out: undo(source.generate('n', { count: 1, make: (n) => ({ n }) }).broadcast()) }),
    })
    await expect(runToEnd(undone)).rejects.toMatchObject({
      code: 'MR_GRAPH_INVALID',
      message: expect.stringContaining('broadcast() has no effect'),
    })
  }
})
