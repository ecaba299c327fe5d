import { expect, test } from 'vitest'
import { mailboxBudget } from '../../../src/channel/credit.ts'
import { type LaunchSettings, type Run, type RunNotice, launch } from '../../../src/index.ts'
import job, { type FlowConfig, GATE, KEYS, TAKEN, TAKEN_LATE } from '../../engine/jobs/flow.ts'

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function start(config: Omit<FlowConfig, 'words'>, settings: LaunchSettings): Promise<{ words: Int32Array; run: Run }> {
  const words = new SharedArrayBuffer(12)
  return { words: new Int32Array(words), run: await launch(job, { workers: 2, ...settings, config: { ...config, words } }) }
}

test('a shuffle of 200 x 200 actors is exact within the memory that its mailboxes may have', async () => {
  const [instances, mailboxBytes] = [200, 128 * 1024]
  const budgetBytes = mailboxBudget(mailboxBytes, instances)
  const beforeBytes = process.memoryUsage.rss()
  const { run } = await start({ kind: 'shuffle', instances, records: 500 }, { keyGroups: 256, mailboxBytes })
  const [held, rss] = [[0], [0]]
  let over = false
  const watching = (async () => {
    for (; !over; await wait(50)) {
      const { workers } = await run.stats()
      held.push(...workers.flatMap(({ actors }) => actors).map((actor) => actor.mailboxBytes))
      rss.push(process.memoryUsage.rss() - beforeBytes)
    }
  })()
  const last = ((await run.outlet('last').collect()) as { key: number }[]).map(({ key }) => key).toSorted((a, b) => a - b)
  over = true
  await run.done
  await watching.catch(() => {})
  expect(last).toEqual(Array.from({ length: KEYS }, (_, key) => key))
  expect(Math.max(...held)).toBeLessThanOrEqual(budgetBytes)
  console.log(
    `200 x 200: ${(instances * budgetBytes) / 2 ** 20} MiB of mailboxes, process grew by ${(Math.max(...rss) / 2 ** 20).toFixed(0)} MiB`,
  )
  // Mailboxes twice (frames, and what they are decoded into), threads with their young generations, 40,000 channels with their ends.
  expect(Math.max(...rss)).toBeLessThan(2 * instances * budgetBytes + 600 * 2 ** 20)
})

test('a sink that stands still blocks nobody but its source; checkpoints fail one after the other, and all goes on by itself', async () => {
  const [instances, records, checkpointTimeoutMs] = [60, 20_000, 400]
  const { words, run } = await start(
    { kind: 'stuck', instances, records },
    { transport: 'ring', mailboxBytes: 64 * 1024, ringBytes: 64 * 1024, checkpointIntervalMs: 100, checkpointTimeoutMs },
  )
  const notices: RunNotice[] = []
  run.onNotice((notice) => void notices.push(notice))
  const fromMs = performance.now()
  // All share two workers and their rings: it would never end if the one channel held up another.
  while (Atomics.load(words, TAKEN) < instances * records) await wait(20)
  const blocked = async (): Promise<number> => {
    const { workers } = await run.stats()
    return workers.flatMap(({ actors }) => actors).find(({ name }) => name.startsWith('stuck'))!.blockedMs
  }
  const before = await blocked()
  await wait(1500)
  const [after, rssBytes] = [await blocked(), process.memoryUsage.rss()]
  // The wait has not ended, and counts.
  expect(after - before).toBeGreaterThan(1000)
  await wait(1000)
  expect(process.memoryUsage.rss() - rssBytes).toBeLessThan(50 * 2 ** 20)
  const failed = notices.filter(({ type }) => type === 'checkpoint-failed').length
  expect(failed).toBeGreaterThan(0)
  expect(failed).toBeLessThanOrEqual(1 + (performance.now() - fromMs) / checkpointTimeoutMs)
  expect(Atomics.load(words, TAKEN_LATE)).toBe(0)
  Atomics.store(words, GATE, 1)
  expect(await run.done).toMatchObject({ outcome: 'finished', restarts: 0 })
  expect([words[TAKEN], words[TAKEN_LATE]]).toEqual([instances * records, records])
})
