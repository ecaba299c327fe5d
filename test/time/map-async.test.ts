import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineJob } from '../../src/index.ts'
import { simulate } from '../../src/testing/index.ts'
import { CallQueue } from '../../src/time/call-queue.ts'

interface Config {
  readonly count: number
  readonly ordered: boolean
  readonly inFlight: number
  readonly failAt?: number
  readonly bad?: 'fail' | 'skip'
  readonly retry?: number
  readonly hang?: boolean
}

/** Of the calls in this process: simulated runs share their modules. */
const calls = { running: 0, most: 0, failures: new Map<number, number>() }
let failed = false

async function price(n: number, { bad, retry, hang }: Config, signal: AbortSignal): Promise<{ n: number; price: number }> {
  calls.running++
  calls.most = Math.max(calls.most, calls.running)
  try {
    // Some are through at once, others after several turns of the queue of promises.
    for (let turns = (n * 7919) % 13; turns > 0; turns--) await Promise.resolve()
    if (hang === true && n === 7)
      await new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('gave up'))))
    if (retry !== undefined && n % 10 === 3) {
      const before = calls.failures.get(n) ?? 0
      calls.failures.set(n, before + 1)
      if (before < retry) throw new Error(`not yet ${n}`)
    }
    if (bad !== undefined && n % 100 === 50) throw new RangeError(`bad ${n}`)
    return { n, price: n * 3 }
  } finally {
    calls.running--
  }
}

const job = defineJob<Config>(import.meta, {
  build: ({ source, config }) => {
    const { count, ordered, inFlight, failAt = -1, bad, retry } = config
    const rows = source.generate('rows', { count, splits: 2, make: (n) => ({ n }), eventTime: ({ n }) => n })
    const priced = rows.mapAsync(({ n }, { signal }) => price(n, config, signal), {
      ordered,
      inFlight,
      timeoutMs: 500,
      ...(retry !== undefined && { retry: { attempts: retry + 1, minMs: 5, maxMs: 20 } }),
      ...(bad === 'skip' && { onError: 'skip' as const }),
    })
    const checked = priced.tap(({ n }) => {
      if (n !== failAt || failed) return
      failed = true
      throw new Error('the planned failure')
    })
    return {
      sums: checked.aggregate((a) => ({ rows: a.count(), price: a.sum('price') })).toStream({ emit: 'final' }),
      merged: checked.mergeByTime(),
    }
  },
})

async function run(config: Config, options: object = {}) {
  calls.most = 0
  calls.failures.clear()
  failed = false
  return simulate(job, { config, workers: 2, batchRecords: 64, checkpointIntervalMs: 5, ...options })
}

const total = (count: number, left = (_: number) => true) => {
  const rows = Array.from({ length: count }, (_, n) => n).filter(left)
  return { rows: rows.length, price: rows.reduce((sum, n) => sum + 3 * n, 0) }
}

describe.each([true, false])('mapAsync, ordered: %s', (ordered) => {
  test('gives every record its result, calls no more than it may at a time, and lets no watermark pass a record', async () => {
    for (const seed of [1, 2, 3]) {
      const { outlets } = await run({ count: 3_000, ordered, inFlight: 5 }, { seed })
      expect(outlets.sums).toEqual([total(3_000)])
      // What a watermark had overtaken would be missing here.
      expect(outlets.merged.map(({ n }) => n)).toEqual(Array.from({ length: 3_000 }, (_, n) => n))
      expect(calls.most).toBeLessThanOrEqual(10)
    }
  })

  test('makes calls again whose results had not left before a crash; nothing is lost or counted twice', async () => {
    for (const seed of [4, 5, 6]) {
      const { outlets, restarts } = await run({ count: 3_000, ordered, inFlight: 20, failAt: 2_000 }, { seed })
      expect(restarts).toBe(1)
      expect(outlets.sums).toEqual([total(3_000)])
    }
  })

  test('tries again what failed, and leaves out what its policy says', async () => {
    const { outlets } = await run({ count: 500, ordered, inFlight: 8, retry: 2 }, { seed: 7 })
    expect(outlets.sums).toEqual([total(500)])
    const skipped = await run({ count: 500, ordered, inFlight: 8, bad: 'skip' }, { seed: 8 })
    expect(skipped.outlets.sums).toEqual([total(500, (n) => n % 100 !== 50)])
  })

  test('fails the job with what a call threw, or with MR_ASYNC_TIMEOUT', async () => {
    const options = { seed: 9, restart: { maxRestarts: 0 } }
    await expect(run({ count: 500, ordered, inFlight: 8, bad: 'fail' }, options)).rejects.toMatchObject({
      message: expect.stringMatching(/bad \d+50|bad 50/),
    })
    await expect(run({ count: 500, ordered, inFlight: 8, hang: true }, options)).rejects.toMatchObject({ code: 'MR_ASYNC_TIMEOUT' })
  })
})

test('options of mapAsync that make no sense are refused', async () => {
  const bad = (options: object) =>
    simulate(
      defineJob(import.meta, {
        build: ({ source }) => ({ out: source.generate('n', { count: 1, make: (n) => n }).mapAsync(async (n) => n, options) }),
      }),
    )
  for (const options of [
    { inFlight: 0 },
    { inFlight: 1e9 },
    { ordered: 'yes' },
    { timeoutMs: 0 },
    { timeoutMs: '500' as never },
    { retry: { attempts: 0 } },
    { retry: { attempts: 2, minMs: 9, maxMs: 1 } },
  ]) {
    await expect(bad(options)).rejects.toMatchObject({ code: 'MR_OPTION_INVALID' })
  }
})

test('a call queue lets results go in order, or as they come, but none across a watermark', () => {
  const action = fc.oneof(
    { weight: 3, arbitrary: fc.constant('call' as const) },
    { weight: 3, arbitrary: fc.nat(20) },
    { weight: 1, arbitrary: fc.constant('watermark' as const) },
  )
  fc.assert(
    fc.property(fc.boolean(), fc.array(action, { maxLength: 100 }), (ordered, actions) => {
      const queue = new CallQueue<{ n: number; segment: number; settled: boolean }>(ordered)
      const open: { n: number; segment: number; settled: boolean }[] = []
      const taken: { n: number; segment: number }[] = []
      let [n, segment] = [0, 0]
      const drain = (): void => {
        for (let call = queue.take(); call !== undefined; call = queue.take()) taken.push(call)
      }
      for (const each of actions) {
        if (each === 'call') {
          const call = { n: n++, segment, settled: false }
          open.push(call)
          queue.add(call)
        } else if (each === 'watermark') queue.addWatermark(segment++)
        else if (open.length > 0) queue.settle(open.splice(each % open.length, 1)[0]!)
        drain()
        const first = queue.calls()[0]
        expect(queue.releasedWatermark).toBe(
          first === undefined ? (segment === 0 ? -Infinity : segment - 1) : first.segment === 0 ? -Infinity : first.segment - 1,
        )
      }
      for (const call of open) queue.settle(call)
      drain()
      expect(queue.size).toBe(0)
      if (ordered) expect(taken.map((call) => call.n)).toEqual(Array.from({ length: n }, (_, i) => i))
      expect(taken.map((call) => call.segment)).toEqual(taken.map((call) => call.segment).sort((a, b) => a - b))
    }),
  )
})
