import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { launch } from '../../../src/index.ts'
import throwingJob, { THROWING } from './jobs/throwing-job.ts'

const COUNT = 300_000
const KEYS = 50
const THROWS = 60
/** In order: 'window' may have shown a part of its windows when it throws, and then all restart. */
const EXACT = THROWING.slice(0, 2)

interface Read {
  readonly records: Record<string, unknown>[]
  readonly done: Promise<void>
}

function read(outlet: AsyncIterable<unknown>): Read {
  const records: Record<string, unknown>[] = []
  const all = async (): Promise<void> => {
    for await (const record of outlet) records.push(record as Record<string, unknown>)
  }
  return { records, done: all() }
}

test('single actors throw 120 times, in keyed state and a scan: they restart alone, and nothing that was shown comes twice or not at all', async () => {
  const orders = new SharedArrayBuffer(8 * THROWING.length)
  const told = new Int32Array(orders)
  const run = await launch(throwingJob, {
    workers: 2,
    checkpointIntervalMs: 50,
    restart: { scope: 'actor', maxRestarts: 10_000, backoff: { minMs: 0, maxMs: 0 } },
    config: { count: COUNT, keys: KEYS, rowsPerSecond: 30_000, orders },
  })
  const texts: string[] = []
  let checkpoints = 0
  run.onNotice(({ type, text }) => {
    if (type === 'restart') texts.push(text)
    if (type === 'checkpoint') checkpoints++
  })
  const [seen, sums, windows] = (['seen', 'sums', 'windows'] as const).map((name) => read(run.outlet(name)))
  let [isOver, most] = [false, { attempt: 0, actorRestarts: 0 }]
  const over = run.done.finally(() => (isOver = true))
  for (let i = 0; i < THROWS * EXACT.length && !isOver; i++) {
    const at = i % EXACT.length
    Atomics.store(told, at, 1)
    while (Atomics.load(told, at) === 1 && !isOver) await sleep(1)
    // What takes part in a checkpoint is there again: it does not fail where it has failed before.
    for (const before = checkpoints; checkpoints === before && !isOver;) await sleep(1)
    if (!isOver && i % 10 === 0) most = await run.stats().catch(() => most)
  }
  expect(await over).toMatchObject({ outcome: 'finished' })
  await Promise.all([seen!.done, sums!.done, windows!.done])
  const thrown = THROWING.map((_, at) => told[THROWING.length + at]!)
  console.log(
    `threw ${thrown.join(', ')} times; ${most.actorRestarts} restarts of actors; ${texts.filter((text) => !text.startsWith('restarting actor')).join('\n')}`,
  )
  // Without a restart of all: what was shown is exact, though no checkpoint was waited for.
  expect(most.attempt).toBe(1)
  expect(seen!.records.length).toBe(COUNT)
  const nextOf = new Int32Array(KEYS)
  for (const { key, n, count } of seen!.records as { key: number; n: number; count: number }[]) {
    expect(count).toBe(nextOf[key]!++)
    expect(n).toBe(count * KEYS + key)
  }
  expect(sums!.records.length).toBe(COUNT)
  const last = new Map((sums!.records as { key: number; sum: number }[]).map(({ key, sum }) => [key, sum]))
  for (let key = 0; key < KEYS; key++) {
    const records = COUNT / KEYS
    expect(last.get(key)).toBe(records * key + (KEYS * records * (records - 1)) / 2)
  }
  expect(windows!.records.length).toBe((COUNT / 1000) * KEYS)
  expect(new Set(windows!.records.map(({ key, start, ns }) => JSON.stringify([key, start, ns]))).size).toBe((COUNT / 1000) * KEYS)
}, 240_000)
