import { setImmediate as turn } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import checkpointTrigger, { type Entry } from '../../examples/concepts/checkpoint-trigger.ts'
import { defineJob, sink } from '../../src/index.ts'
import { simulate } from '../../src/testing/index.ts'

const NEVER = { checkpointIntervalMs: Infinity } as const

test('concept: a checkpoint when a day is closed, and word of each', async () => {
  const said = vi.spyOn(console, 'warn').mockImplementation(() => {})
  try {
    const entries = Array.from({ length: 40 }, (_, n): Entry => ({ account: `a${n % 3}`, cents: n, ...(n === 20 && { closesDay: true }) }))
    const { outlets, checkpoints } = await simulate(checkpointTrigger, { seed: 3, inputs: { entries }, ...NEVER })
    expect(outlets.balances).toHaveLength(40)
    // The one that was asked for, unless the input was over by then, and the last one.
    expect(checkpoints.length).toBeGreaterThan(0)
    expect(said.mock.calls.map(([line]) => /checkpoint (\d+) complete/.exec(line as string)?.[1])).toEqual(checkpoints.map(String))
  } finally {
    said.mockRestore()
  }
})

/** What the handlers of a job were told; simulated threads share it. */
const told: { completed: number[]; failed: string[]; times: number[] } = { completed: [], failed: [], times: [] }
const COUNT = 20_000

const everyThousand = defineJob(import.meta, {
  name: 'every-thousand',
  build: ({ source }) => ({
    numbers: source
      .generate('n', { count: COUNT, make: (i) => ({ i }), eventTime: ({ i }) => i, disorderMs: 10 })
      .withCheckpointing({
        trigger: ({ i }, { time, watermark, request }) => {
          if (time !== i || watermark >= i) throw new Error(`record ${i}: time ${time}, watermark ${watermark}`)
          if (i % 1_000 === 0) request()
        },
        onCompleted: ({ id, bytes, newBytes }) => (newBytes > 0 && bytes >= newBytes ? told.completed.push(id) : undefined),
        onFailed: ({ reason }) => told.failed.push(reason),
      })
      .filter(({ i }) => i % 100 === 0),
  }),
})

test('a trigger asks for checkpoints at no interval; handlers hear of each, once, however many instances there are', async () => {
  let some = 0
  for (let seed = 1; seed <= 8; seed++) {
    told.completed = []
    const { checkpoints, outlets } = await simulate(everyThousand, { seed, workers: 3, batchRecords: 64, ...NEVER })
    expect(outlets.numbers).toHaveLength(COUNT / 100)
    expect(told.completed).toEqual(checkpoints)
    some += checkpoints.length - 1
  }
  expect(some).toBeGreaterThan(8)
})

test('the least pause holds for triggers', async () => {
  const { checkpoints } = await simulate(everyThousand, { seed: 1, workers: 3, batchRecords: 64, ...NEVER, checkpointMinPauseMs: 1e6 })
  expect(checkpoints.length).toBeLessThanOrEqual(2)
})

const plain = defineJob(import.meta, {
  name: 'plain-numbers',
  build: ({ source }) => ({ numbers: source.generate('n', { count: COUNT, make: (i) => i }).filter((i) => i % 100 === 0) }),
})

test('checkpoints by count: as many as the records allow, not more', async () => {
  const byCount = async (checkpointEveryRecords: number): Promise<number> =>
    (await simulate(plain, { seed: 5, workers: 2, batchRecords: 16, mailboxBytes: 2_048, ...NEVER, checkpointEveryRecords })).checkpoints
      .length
  const [few, many] = [await byCount(10_000), await byCount(500)]
  expect(few).toBeLessThanOrEqual(3)
  expect(many).toBeGreaterThan(few)
  expect(many).toBeLessThanOrEqual(COUNT / 500 + 1)
})

test('functions are checked', async () => {
  const job = (options: object) =>
    defineJob(import.meta, {
      build: ({ source }) => ({ out: source.generate('n', { count: 1, make: (i) => i }).withCheckpointing(options as never) }),
    })
  await expect(simulate(job({}))).rejects.toMatchObject({ code: 'MR_OPTION_INVALID' })
  await expect(simulate(job({ trigger: 5 }))).rejects.toMatchObject({ code: 'MR_GRAPH_INVALID' })
})

/** Each handler takes its time; the one of `failsAt` is rejected once. */
function slowHandlers(told: number[], failsAt = 0) {
  let left = 1
  return defineJob(import.meta, {
    name: 'slow-handlers',
    build: ({ source }) => {
      source
        .generate('n', { count: 3_000, make: (i) => i })
        .withCheckpointing({
          onCompleted: async ({ id }) => {
            await turn()
            if (id >= failsAt && failsAt > 0 && left-- > 0) throw new Error('handler broke')
            told.push(id)
          },
        })
        .to(sink.forEach(() => {}))
      return {}
    },
  })
}

test('the end of a job waits for the promises of handlers; one that is rejected fails its operator', async () => {
  const told: number[] = []
  const { checkpoints } = await simulate(slowHandlers(told), { seed: 1, batchRecords: 64, checkpointIntervalMs: 2 })
  expect(told).toEqual(checkpoints)
  const broken = simulate(slowHandlers([], 1), { seed: 1, batchRecords: 64, checkpointIntervalMs: 2, restart: { maxRestarts: 0 } })
  await expect(broken).rejects.toMatchObject({ operator: 'checkpointing-1', cause: { message: expect.stringContaining('handler broke') } })
  const again = await simulate(slowHandlers([], 1), { seed: 1, batchRecords: 64, checkpointIntervalMs: 2 })
  expect(again).toMatchObject({ restarts: 1, outcome: 'finished' })
})

test('what a job says about its checkpoints holds, unless the launch says something else', async () => {
  const paced = defineJob(import.meta, {
    name: 'paced',
    checkpointIntervalMs: Infinity,
    checkpointEveryRecords: 500,
    build: ({ source }) => {
      source.generate('n', { count: 4_000, make: (i) => i }).to(sink.forEach(() => {}))
    },
  })
  const count = async (options = {}): Promise<number> =>
    (await simulate(paced, { seed: 1, batchRecords: 16, ...options })).checkpoints.length
  const [asSaid, never] = [await count(), await count({ checkpointEveryRecords: Infinity })]
  // The first and the last at most.
  expect(never).toBeLessThanOrEqual(2)
  expect(asSaid).toBeGreaterThan(never)
  expect(await count({ checkpointEveryRecords: undefined })).toBe(asSaid)
  const refused = defineJob(import.meta, {
    name: 'refused',
    checkpointTimeoutMs: 0,
    build: ({ source }) => void source.generate('n', { count: 1, make: (i) => i }).to(sink.console()),
  })
  await expect(simulate(refused)).rejects.toMatchObject({
    code: 'MR_OPTION_INVALID',
    message: expect.stringContaining('checkpointTimeoutMs=0'),
  })
})
