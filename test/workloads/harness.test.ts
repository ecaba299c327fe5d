import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { compare, MismatchError } from '../../bench/harness/compare.ts'
import type { Plan } from '../../bench/harness/compare.ts'
import { parseOptions, UsageExit } from '../../bench/harness/options.ts'
import { ContenderError, parseReport } from '../../bench/harness/protocol.ts'
import type { Order, Report } from '../../bench/harness/protocol.ts'
import { resultOf, resultsFile } from '../../bench/harness/results.ts'
import type { ResultsFile } from '../../bench/harness/results.ts'
import { contenderRunner } from '../../bench/harness/run-contender.ts'
import { median, pairedRatio } from '../../bench/harness/statistics.ts'
import { table } from '../../bench/harness/table.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'))
afterAll(() => rmSync(folder, { recursive: true }))

const RESULT_FIELDS = [
  ...['name', 'workers', 'checkpointIntervalMs', 'events', 'eventsPerSecond', 'loopEventsPerSecond', 'bestLoopEventsPerSecond'],
  ...['ratio', 'ratioLow', 'ratioHigh', 'toBest', 'checksum', 'rows'],
]

const plan: Plan = { query: 'q1', workers: 2, contenders: ['naive', 'best', 'millrace'], seconds: 1, runs: 3 }
const RATES = { naive: 1_000_000, best: 2_000_000, millrace: 3_000_000 }

/** Contenders without a process: constant rates, results that depend on the records only. */
function fakeRun(orders: Order[], change: (report: Report, order: Order) => Report = (report) => report) {
  return async (order: Order): Promise<Report> => {
    orders.push(order)
    const seconds = order.count / RATES[order.contender]
    const report = { events: order.count, seconds, startupMs: 5, checksum: order.count ^ order.seed, rows: 7 }
    return change(report, order)
  }
}

test('who is far slower than the loop takes part in the first round only', async () => {
  const orders: Order[] = []
  const slowly = fakeRun(orders, (report, order) => (order.contender === 'best' ? { ...report, seconds: 50 * report.seconds } : report))
  const { reports } = await compare({ ...plan, count: 1_000, slowTimes: 4 }, slowly)
  expect([...reports].map(([name, its]) => [name, its.length])).toEqual([
    ['naive', 3],
    ['best', 1],
    ['millrace', 3],
  ])
})

describe('statistics', () => {
  test('the interval holds the ratio of noisy pairs about 95 times in 100', () => {
    const random = seeded(20261122)
    let held = 0
    for (let trial = 0; trial < 2_000; trial++) {
      const pairs = Array.from({ length: 5 }, () => {
        const noise = Math.exp(0.1 * gaussian(random))
        return [1.5 * noise * Math.exp(0.05 * gaussian(random)), noise] as const
      })
      const { low, high } = pairedRatio(
        pairs.map((pair) => pair[0]),
        pairs.map((pair) => pair[1]),
      )
      if (low! <= 1.5 && high! >= 1.5) held++
    }
    expect(held / 2_000).toBeGreaterThan(0.93)
    expect(held / 2_000).toBeLessThan(0.97)
  })

  test('a ratio and its inverse are symmetric', () => {
    const rates = fc.array(fc.tuple(fc.double({ min: 1, max: 1e8, noNaN: true }), fc.double({ min: 1, max: 1e8, noNaN: true })), {
      minLength: 2,
      maxLength: 40,
    })
    const symmetric = fc.property(rates, (pairs) => {
      const one = pairedRatio(
        pairs.map((pair) => pair[0]),
        pairs.map((pair) => pair[1]),
      )
      const other = pairedRatio(
        pairs.map((pair) => pair[1]),
        pairs.map((pair) => pair[0]),
      )
      expect(one.ratio * other.ratio).toBeCloseTo(1, 6)
      expect(one.low! / (1 / other.high!)).toBeCloseTo(1, 6)
      expect(one.low!).toBeLessThanOrEqual(one.ratio)
    })
    fc.assert(symmetric)
  })

  test('a known case: log-ratios 0.1, 0.2, 0.3 give t(2) = 4.303', () => {
    const { ratio, low, high } = pairedRatio([0.1, 0.2, 0.3].map(Math.exp), [1, 1, 1])
    expect(ratio).toBeCloseTo(Math.exp(0.2), 10)
    expect(low).toBeCloseTo(Math.exp(0.2 - (4.303 * 0.1) / Math.sqrt(3)), 6)
    expect(high).toBeCloseTo(Math.exp(0.2 + (4.303 * 0.1) / Math.sqrt(3)), 6)
  })

  test('one pair has no interval', () => {
    expect(pairedRatio([3], [2])).toEqual({ ratio: 1.5, low: null, high: null })
  })

  test('medians', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(() => median([])).toThrow(RangeError)
  })
})

describe('comparing', () => {
  test('contenders take turns over the same records, after the naive loop was timed', async () => {
    const orders: Order[] = []
    const { seed, count } = await compare(plan, fakeRun(orders))
    const turns = orders.slice(-9)
    expect(turns.map((order) => order.contender)).toEqual(Array(3).fill(['naive', 'best', 'millrace']).flat())
    expect(turns.every((order) => order.seed === seed && order.count === count && order.query === 'q1' && order.workers === 2)).toBe(true)
    expect(orders.slice(0, -9).every((order) => order.contender === 'naive')).toBe(true)
    expect(orders.length).toBeLessThan(20)
  })

  test('the naive loop gets about as many records as it does in the given time, and never the same', async () => {
    const draws = await Promise.all(Array.from({ length: 20 }, () => compare({ ...plan, runs: 1 }, fakeRun([]))))
    for (const { count, seed } of draws) {
      expect(count / RATES.naive).toBeGreaterThan(0.89)
      expect(count / RATES.naive).toBeLessThan(1.11)
      expect(seed).toBeGreaterThan(0)
    }
    expect(new Set(draws.map((draw) => `${draw.seed} ${draw.count}`)).size).toBeGreaterThan(18)
  })

  test.each(['checksum', 'rows', 'events'] as const)('a contender with another %s is a mismatch', async (field) => {
    const change = (report: Report, order: Order): Report =>
      order.contender === 'millrace' ? { ...report, [field]: report[field] + 1 } : report
    await expect(compare(plan, fakeRun([], change))).rejects.toThrow(MismatchError)
    await expect(compare(plan, fakeRun([], change))).rejects.toThrow(`millrace of q1`)
  })

  test('a contender that does not count what the naive loop counts is a mismatch', async () => {
    const change = (report: Report, order: Order): Report => (order.contender === 'millrace' ? report : { ...report, characters: 5 })
    await expect(compare(plan, fakeRun([], change))).rejects.toThrow('characters=undefined')
  })

  test('results carry rates, the paired ratio and what was agreed on', async () => {
    const comparison = await compare({ ...plan, seed: 3, count: 1_000_000 }, fakeRun([]))
    expect(resultOf(comparison)).toEqual({
      name: 'q1',
      workers: 2,
      checkpointIntervalMs: null,
      events: 1_000_000,
      eventsPerSecond: { median: 3_000_000, min: 3_000_000, max: 3_000_000 },
      loopEventsPerSecond: 1_000_000,
      bestLoopEventsPerSecond: 2_000_000,
      ratio: 3,
      ratioLow: 3,
      ratioHigh: 3,
      toBest: { ratio: 1.5, low: 1.5, high: 1.5 },
      checksum: 1_000_000 ^ 3,
      rows: 7,
    })
    expect(Object.keys(resultsFile([]))).toEqual(['machine', 'node', 'date', 'results'])
    expect(table([comparison])).toMatch(/q1 +1000000 +1\.00 +2\.00 +3\.00 +\(3\.00 - 3\.00\) +3\.00 +3\.00 - 3\.00 +1\.50/)
  })
})

describe('contender processes', () => {
  const order: Order = { contender: 'naive', query: 'q2', seed: 0, count: 1_000_000, workers: 2 }

  test("report the loop's result from a process of their own", async () => {
    const report = await contenderRunner(60_000)(order)
    expect(report).toMatchObject({ events: 1_000_000, checksum: 3273745970, rows: 7018 })
    expect(report.seconds).toBeGreaterThan(0)
    expect(report.startupMs).toBeGreaterThan(0)
  })

  const script = (text: string): string => {
    const file = join(folder, `entry-${readdirSync(folder).length}.mjs`)
    writeFileSync(file, text)
    return file
  }

  test('run in production mode', async () => {
    const entry = script(`const rows = process.env.NODE_ENV === 'production' ? 1 : 0
      console.log('a line before'); console.log(JSON.stringify({ events: 1, seconds: 1, startupMs: 0, checksum: 0, rows }))`)
    expect(await contenderRunner(60_000, entry)(order)).toMatchObject({ rows: 1 })
  })

  test.each([
    ['process.exit(3)', 'exit code 3', 60_000],
    ['console.log("hello")', 'not JSON', 60_000],
    ['console.log("{}")', 'no number "events"', 60_000],
    ['setInterval(() => {}, 1000)', 'SIGKILL', 1_000],
  ])('%s is a failure that names the order', async (text, why, limitMs) => {
    const running = contenderRunner(limitMs, script(text))(order)
    await expect(running).rejects.toThrow(ContenderError)
    await expect(running).rejects.toThrow(why)
    await expect(running).rejects.toThrow('naive of q2 (--seed 0 --count 1000000 --workers 2)')
  })

  test('a report without time is refused', () => {
    expect(() => parseReport('{"events":1,"seconds":0,"startupMs":0,"checksum":0,"rows":0}')).toThrow('seconds=0')
  })
})

describe('the command line', () => {
  test('has defaults', () => {
    expect(parseOptions([])).toEqual({
      only: ['q0', 'q1', 'q2', 'q3', 'q4', 'q5', 'q7', 'q8', 'q11', 'ks', 'ks-every', 'wc'],
      workers: 2,
      seconds: 5,
      runs: 5,
      loopsOnly: false,
      write: false,
    })
  })

  test('takes what it documents', () => {
    const json = join(folder, 'results.json')
    expect(parseOptions(['--only', 'ks,q1,q1', '--workers', '3', '--seconds', '0.5', '--runs', '7', '--json', json])).toMatchObject({
      only: ['q1', 'ks'],
      workers: 3,
      seconds: 0.5,
      runs: 7,
      json,
    })
  })

  const main = fileURLToPath(new URL('../../bench/harness/main.js', import.meta.url))
  const bench = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' })

  test.each([
    ['--only', 'q9'],
    ['--only', ''],
    ['--workers', '0'],
    ['--workers', '1.5'],
    ['--workers', 'two'],
    ['--seconds', '-1'],
    ['--seconds', 'NaN'],
    ['--runs', '0'],
    ['--runs', ''],
    ['--seed', '10000'],
    ['--json', join(folder, 'missing', 'results.json')],
    ['--json', folder],
    ['--frob'],
  ])('refuses %s %s with exit code 2', (...args) => {
    const { write } = process.stderr
    let text = ''
    process.stderr.write = ((chunk: string) => ((text += chunk), true)) as typeof write
    try {
      parseOptions(args)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(UsageExit)
      expect((error as UsageExit).exitCode).toBe(2)
    } finally {
      process.stderr.write = write
    }
    expect(text).toContain('error:')
    expect(text).toContain(args[0])
  })

  test('refuses an argument without its option', () => {
    const bad = bench('q1')
    expect(bad.status).toBe(2)
    expect(bad.stderr).toContain('too many arguments')
  })

  test('exit codes reach the shell', () => {
    const bad = bench('--workers', '0')
    expect(bad.status).toBe(2)
    expect(bad.stderr).toContain('--workers is an integer from 1 to')
    const help = bench('--help')
    expect(help.status).toBe(0)
    expect(help.stdout).toContain('--only <queries>')
  })

  test('measures millrace beside the loops and writes the results', () => {
    const file = join(folder, 'measured.json')
    const { status, stdout, stderr } = bench('--only', 'q2,ks-every', '--runs', '1', '--seed', '7', '--count', '30000', '--json', file)
    expect(stderr).not.toContain('!!!')
    expect(status).toBe(0)
    expect(stdout).toContain('ks-every')
    const { results, ...about } = JSON.parse(readFileSync(file, 'utf8')) as ResultsFile
    expect(about).toEqual({ machine: expect.stringContaining('cores'), node: process.version, date: expect.stringContaining('T') })
    expect(results.map(({ name, events, workers }) => ({ name, events, workers }))).toEqual([
      { name: 'q2', events: 30_000, workers: 2 },
      { name: 'ks-every', events: 30_000, workers: 2 },
    ])
    for (const result of results) {
      expect(Object.keys(result)).toEqual(RESULT_FIELDS)
      expect(result.eventsPerSecond.median).toBeGreaterThan(0)
      expect(result.ratio).toBeGreaterThan(0)
    }
  })

  test('measures the loops alone', () => {
    const { status, stdout, stderr } = bench('--only', 'q2', '--loops-only', '--runs', '2', '--seed', '0', '--count', '1000000')
    expect(stderr).toContain('q2 2/2: naive')
    expect(status).toBe(0)
    expect(stdout).toMatch(/q2 +1000000 .* 3273745970 +7018/)
  })
})

/** Mulberry32 by Tommy Ettinger (public domain). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** Box and Muller's normal deviate. */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
