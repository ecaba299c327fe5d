import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineJob } from '../../src/index.ts'
import type { LookupOptions } from '../../src/index.ts'
import { LruCache } from '../../src/state/lru-cache.ts'
import { simulate } from '../../src/testing/index.ts'

interface Config {
  readonly count: number
  readonly keys: number
  readonly options: LookupOptions
  readonly failAt?: number
  readonly bad?: boolean
  readonly hang?: boolean
}

/** Of the calls in this process: simulated runs share their modules. */
const calls = { open: new Set<unknown>(), twice: 0, total: 0 }
let failed = false

async function nameOf(id: readonly [string, number], { bad, hang }: Config, signal: AbortSignal): Promise<string> {
  const text = JSON.stringify(id)
  if (calls.open.has(text)) calls.twice++
  calls.open.add(text)
  calls.total++
  try {
    for (let turns = (id[1] * 7919) % 13; turns > 0; turns--) await Promise.resolve()
    if (hang === true && id[1] === 3)
      await new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(new Error('gave up'))))
    if (bad === true && id[1] === 5) throw new RangeError('nobody')
    return `name ${id[1]}`
  } finally {
    calls.open.delete(text)
  }
}

const job = defineJob<Config>(import.meta, {
  build: ({ source, config }) => {
    const { count, keys, options, failAt = -1 } = config
    const named = source
      .generate('rows', { count, splits: 2, make: (n) => ({ n }) })
      .lookup(
        ({ n }) => ['id', n % keys] as const,
        (id, { signal }) => nameOf(id, config, signal),
        ({ n }, name) => ({ n, name }),
        options,
      )
      .tap(({ n, name }) => {
        if (name !== `name ${n % keys}`) throw new Error(`${n} is not ${name}`)
        if (n !== failAt || failed) return
        failed = true
        throw new Error('the planned failure')
      })
    return { sums: named.aggregate((a) => ({ rows: a.count(), sum: a.sum('n') })).toStream({ emit: 'final' }) }
  },
})

async function run(config: Config, options: object = {}) {
  calls.open.clear()
  calls.twice = calls.total = 0
  failed = false
  return simulate(job, { config, workers: 1, batchRecords: 64, checkpointIntervalMs: 5, ...options })
}

const total = (count: number, left = (_: number) => true) => {
  const rows = Array.from({ length: count }, (_, n) => n).filter(left)
  return { rows: rows.length, sum: rows.reduce((sum, n) => sum + n, 0) }
}

describe('lookup', () => {
  test('calls once for each key that the cache has room for, however many records want it at the same time', async () => {
    const { outlets } = await run({ count: 2_000, keys: 20, options: { cache: { ttlMs: Infinity } } }, { seed: 1 })
    expect(outlets.sums).toEqual([total(2_000)])
    expect(calls).toMatchObject({ total: 20, twice: 0 })
  })

  test('calls again for keys that fell out of the cache, but never twice at the same time', async () => {
    for (const maxEntries of [0, 3]) {
      const { outlets } = await run({ count: 2_000, keys: 40, options: { cache: { maxEntries }, inFlight: 10 } }, { seed: 2 })
      expect(outlets.sums).toEqual([total(2_000)])
      expect(calls.twice).toBe(0)
      expect(calls.total).toBeGreaterThan(100)
    }
  })

  test('gives every record its value over a crash', async () => {
    for (const ordered of [true, false]) {
      const { outlets, restarts } = await run({ count: 3_000, keys: 100, failAt: 2_000, options: { ordered } }, { seed: 3, workers: 2 })
      expect(restarts).toBe(1)
      expect(outlets.sums).toEqual([total(3_000)])
    }
  })

  test('leaves out records whose key cannot be fetched, where the policy says so; and gives up after the time', async () => {
    const skipped = await run({ count: 500, keys: 10, bad: true, options: { onError: 'skip' } }, { seed: 4 })
    expect(skipped.outlets.sums).toEqual([total(500, (n) => n % 10 !== 5)])
    const late = run({ count: 500, keys: 10, hang: true, options: { timeoutMs: 50 } }, { seed: 5, restart: { maxRestarts: 0 } })
    await expect(late).rejects.toMatchObject({ code: 'MR_ASYNC_TIMEOUT' })
  })

  test('refuses options that make no sense', async () => {
    for (const cache of [{ maxEntries: -1 }, { maxEntries: 1.5 }, { ttlMs: 0 }, { ttlMs: NaN }]) {
      await expect(run({ count: 1, keys: 1, options: { cache } })).rejects.toMatchObject({ code: 'MR_OPTION_INVALID' })
    }
  })
})

test('a cache keeps what was used last, each for its time: as a list by time of use does', () => {
  const action = fc.record({ key: fc.nat(8), write: fc.boolean(), pause: fc.nat(3) })
  fc.assert(
    fc.property(fc.nat(5), fc.integer({ min: 1, max: 12 }), fc.array(action, { maxLength: 80 }), (room, ttlMs, actions) => {
      const cache = new LruCache<number, number>(room, ttlMs)
      let model: { key: number; value: number; until: number }[] = []
      let nowMs = 0
      for (const [value, { key, write, pause }] of actions.entries()) {
        nowMs += pause
        const found = model.find((each) => each.key === key)
        model = model.filter((each) => each !== found)
        if (write) {
          cache.set(key, value, nowMs)
          model.push({ key, value, until: nowMs + ttlMs })
          if (model.length > room) model.shift()
        } else {
          const live = found !== undefined && nowMs < found.until ? found : undefined
          expect(cache.get(key, nowMs)?.value).toBe(live?.value)
          if (live !== undefined) model.push(live)
        }
        expect(cache.size).toBe(model.length)
      }
    }),
  )
})
