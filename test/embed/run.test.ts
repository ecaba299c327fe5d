import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { launch } from '../../src/index.ts'
import { INLET_LOG_BYTES_MAX } from '../../src/limits.ts'
import badSnapshot from './jobs/bad-snapshot.ts'
import crashing from './jobs/crashing.ts'
import orders from './jobs/orders.ts'
import type { Order } from './jobs/orders.ts'
import steady from './jobs/steady.ts'

const order = (n: number): Order => ({ shop: `shop ${n % 3}`, cents: n, at: n })

function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'millrace-run-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }))
  return dir
}

test('the program of the guide runs: config coerced, orders pushed, results read', async () => {
  const run = await launch(orders, { workers: 2, config: { minCents: '100' } })
  const found = new Map<string, unknown>()
  const reader = (async () => {
    for await (const { key, orders: count, cents } of run.outlet('perShop')) found.set(key, { count, cents })
  })()
  try {
    for (let n = 0; n < 1000; n++) await run.inlet('orders').push(order(n))
  } finally {
    await run.stop({ drain: true })
    await reader
  }
  const expected = [0, 1, 2].map((shop) => {
    const cents = Array.from({ length: 900 }, (_, i) => i + 100).filter((n) => n % 3 === shop)
    return [`shop ${shop}`, { count: cents.length, cents: cents.reduce((a, b) => a + b) }] as const
  })
  expect(found).toEqual(new Map(expected))
})

test('different jobs in one process at once, each with its own inlets and outlets', async () => {
  const numbers = { crashAt: [], markers: '' }
  const [first, second] = await Promise.all([launch(orders, { workers: 1 }), launch(crashing, { workers: 2, config: numbers })])
  const [perShop, passed, counted] = [
    first.outlet('perShop').collect(),
    second.outlet('passed').collect(),
    second.outlet('counted').collect(),
  ]
  await first.inlet('orders').pushMany(Array.from({ length: 3_000 }, (_, n) => order(n)))
  await second.inlet('numbers').pushMany(Array.from({ length: 3_000 }, (_, n) => ({ n, text: '' })))
  await Promise.all([first.stop({ drain: true }), second.stop({ drain: true })])
  expect((await perShop).map((row) => row.orders)).toEqual([1000, 1000, 1000])
  expect([(await passed).length, (await counted).length]).toEqual([3_000, 3_000])
})

test('an inlet is ended alone: the job finishes by itself', async () => {
  const run = await launch(orders, { workers: 1 })
  const reader = run.outlet('perShop').collect()
  await run.inlet('orders').push(order(7))
  run.inlet('orders').end()
  await expect(run.inlet('orders').push(order(8))).rejects.toMatchObject({ code: 'MR_RUN_ENDED' })
  expect(await run.done).toEqual({ outcome: 'finished', restarts: 0 })
  expect((await reader).length).toBe(1)
})

test('pushMany resolves to the last position, keeps order among pushes that nobody awaits, and names what it refuses', async () => {
  const run = await launch(crashing, { workers: 1, config: { crashAt: [], markers: '' }, mailboxBytes: 4096, ringBytes: 4096 })
  const counted = run.outlet('counted').collect()
  const passed = run.outlet('passed').collect()
  const inlet = run.inlet('numbers')
  const positions: Promise<number>[] = []
  let n = 0
  for (const size of [1, 5_000, 1023, 1024, 1025, 0, 1, 1]) {
    positions.push(inlet.pushMany(Array.from({ length: size }, () => ({ n: n++, text: 'x' }))))
    positions.push(inlet.push({ n: n++, text: 'y' }))
  }
  expect((await Promise.all(positions)).at(-1)).toBe(n)
  const many = Array.from({ length: 3_000 }, (_, i) => ({ n: n + i, text: i === 2_000 ? (Symbol('s') as never) : 'z' }))
  await expect(inlet.pushMany(many)).rejects.toMatchObject({ code: 'MR_RECORD_NOT_SERIALIZABLE', operator: 'numbers' })
  expect(await inlet.push({ n: n + 2_000, text: 'after' })).toBe(n + 2_001)
  await run.stop({ drain: true })
  expect((await passed).map((record) => record.n)).toEqual(Array.from({ length: n + 2_001 }, (_, i) => i))
  await counted
})

test('a reader that leaves early leaves what it has not read to the next one', async () => {
  const run = await launch(crashing, { workers: 1, config: { crashAt: [], markers: '' } })
  const counted = run.outlet('counted').collect()
  await run.inlet('numbers').pushMany(Array.from({ length: 2_500 }, (_, n) => ({ n, text: '' })))
  const seen: number[] = []
  for (let reader = 0; reader < 20; reader++) {
    for await (const { n } of run.outlet('passed')) {
      seen.push(n)
      if (seen.length % 100 === 0) break
    }
  }
  const iterator = run.outlet('passed')[Symbol.asyncIterator]()
  const several = await Promise.all([iterator.next(), iterator.next(), iterator.next()])
  seen.push(...several.map(({ value }) => value!.n))
  const rest = (async () => {
    for await (const { n } of iterator) seen.push(n)
  })()
  await run.stop({ drain: true })
  await rest
  await counted
  expect(seen).toEqual(Array.from({ length: 2_500 }, (_, n) => n))
})

test('an inlet whose log fills up asks for the checkpoint that makes room, also when none are due', async () => {
  const run = await launch(orders, { workers: 1, checkpointIntervalMs: Infinity })
  const cents = new Float64Array(2 ** 17).fill(1)
  const inlet = run.inlet('orders') as unknown as { pushMany(records: readonly object[]): Promise<number>; readonly committed: number }
  const big = Array.from({ length: 8 }, () => ({ shop: 'a', cents: 1, at: 1, cargo: cents }))
  const reader = run.outlet('perShop').collect()
  const pushes = Math.ceil((1.5 * INLET_LOG_BYTES_MAX) / (8 * cents.byteLength))
  for (let n = 0; n < pushes; n++) {
    await inlet.pushMany(big)
    await new Promise((resolve) => setImmediate(resolve))
  }
  while (inlet.committed === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  await run.stop({ drain: true })
  expect((await reader)[0]!.orders).toBe(pushes * 8)
})

test('profile() writes one profile a worker', async () => {
  const directory = join(temporaryDir(), 'profiles')
  const run = await launch(steady, { workers: 2, config: { shared: new SharedArrayBuffer(8), marker: '' } })
  const taking = run.profile(300, { directory })
  await expect(run.profile(10, { directory })).rejects.toMatchObject({ code: 'MR_OPTION_INVALID' })
  const files = await taking
  expect(files.length).toBe(2)
  const names = files.flatMap((file) => {
    const profile = JSON.parse(readFileSync(file, 'utf8')) as { nodes: { callFrame: { functionName: string } }[]; samples: number[] }
    expect(profile.samples.length).toBeGreaterThan(0)
    return profile.nodes.map(({ callFrame }) => callFrame.functionName)
  })
  expect(names).toContain('turn')
  await expect(run.profile(0)).rejects.toMatchObject({ code: 'MR_OPTION_INVALID' })
  await run.stop()
  await expect(run.profile(10)).rejects.toMatchObject({ code: 'MR_RUN_ENDED' })
})

test('stats() tells what every actor has done', async () => {
  const run = await launch(orders, { workers: 2, checkpointIntervalMs: 10 })
  const reader = run.outlet('perShop').collect()
  await run.inlet('orders').pushMany(Array.from({ length: 3_000 }, (_, n) => order(n)))
  while (run.inlet('orders').committed < 3_000) await new Promise((resolve) => setTimeout(resolve, 5))
  const { attempt, state, checkpoint, restarts, workers } = await run.stats()
  expect({ attempt, state, restarts }).toEqual({ attempt: 1, state: 'running', restarts: 0 })
  expect(checkpoint).toBeGreaterThan(0)
  expect(workers.map(({ worker }) => worker)).toEqual([0, 1])
  const actors = workers.flatMap((worker) => worker.actors)
  expect(actors.find(({ name }) => name.startsWith('orders'))!.recordsIn).toBe(3_000)
  for (const { busyMs, blockedMs, elapsedMs, heapBytes, externalBytes } of workers) {
    expect(busyMs).toBeGreaterThan(0)
    expect(busyMs).toBeLessThanOrEqual(elapsedMs)
    expect(blockedMs).toBeLessThanOrEqual(elapsedMs)
    expect(Math.min(heapBytes, externalBytes)).toBeGreaterThan(0)
  }
  for (const { mailboxBytes, mailboxShare, busyMs, busyShare, blockedMs, blockedShare } of actors) {
    for (const figure of [mailboxBytes, busyMs, blockedMs]) expect(figure).toBeGreaterThanOrEqual(0)
    for (const share of [mailboxShare, busyShare, blockedShare]) expect(share).toSatisfy((part: number) => part >= 0 && part <= 1)
  }
  // A signal changes priorities, in every worker.
  const priorities = async (): Promise<number[]> =>
    (await run.stats()).workers.map((worker) => worker.actors.find(({ name }) => name.startsWith('per-shop'))!.priority)
  expect(await priorities()).toEqual([0, 0])
  await run.signal('rush', 1)
  // An idle worker looks when it turns.
  while ((await priorities()).some((priority) => priority !== 10)) await run.inlet('orders').push(order(3_000))
  await expect(run.signal('rush', NaN)).rejects.toMatchObject({ code: 'MR_OPTION_INVALID' })
  await run.stop({ drain: true })
  await reader
})

test('a listener can be taken away; one that throws becomes a process warning, and the others are called', async () => {
  const warnings: NodeJS.ErrnoException[] = []
  const onWarning = (warning: Error): void => void warnings.push(warning)
  process.on('warning', onWarning)
  onTestFinished(() => void process.off('warning', onWarning))
  await using run = await launch(orders, { workers: 1, checkpointIntervalMs: Infinity })
  const told = { once: 0, always: 0 }
  const thrower = run.onNotice(() => {
    throw new RangeError('planned')
  })
  const end = run.onNotice(() => {
    told.once++
    end()
  })
  let onThird = (): void => {}
  const third = new Promise<void>((resolve) => (onThird = resolve))
  run.onNotice(() => {
    told.always++
    if (told.always === 1) thrower()
    if (told.always === 3) onThird()
    else void run.checkpoint()
  })
  await run.checkpoint()
  await third
  expect(told).toEqual({ once: 1, always: 3 })
  const mine = warnings.filter(({ code }) => code === 'MR_LISTENER_FAILED')
  expect(mine).toMatchObject([{ message: expect.stringContaining('planned') as string, cause: { name: 'RangeError' } }])
})

test.each([
  { what: 'an operator that fails while the run stops', config: { blockMs: 0 }, error: { code: 'MR_OPERATOR_FAILED', operator: 'bad' } },
  { what: 'a last checkpoint that takes too long', config: { blockMs: 3_000 }, error: { code: 'MR_CHECKPOINT_FAILED' } },
])('$what: stop() and done reject, and the next launch goes on from before', async ({ config, error }) => {
  const options = { workers: 1, checkpointIntervalMs: Infinity, checkpointTimeoutMs: 500, config, stateDir: temporaryDir() }
  const run = await launch(badSnapshot, options)
  await run.inlet('numbers').push(1)
  for await (const n of run.outlet('numbers')) if (n === 1) break
  await expect(run.stop()).rejects.toMatchObject(error)
  await expect(run.done).rejects.toMatchObject(error)
  await run[Symbol.asyncDispose]()
  const next = await launch(badSnapshot, options)
  expect(next.inlet('numbers').committed).toBe(0)
  await next.stop()
})
