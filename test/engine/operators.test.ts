import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { LaunchOptions } from '../../src/index.ts'
import { launch } from '../../src/index.ts'
import { distinct, rowOf } from './jobs/operators.ts'
import type { Row } from './jobs/operators.ts'
import { jobNamed, makeDir, removeDir } from './run-job.ts'

const COUNT = 5_000
const ROWS = Array.from({ length: COUNT }, (_, n) => rowOf(n))
const KEYS = [...new Set(ROWS.map(({ key }) => key))]
const ofKey = (key: string): Row[] => ROWS.filter((row) => row.key === key)
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)
const sorted = (values: readonly unknown[]): string[] => values.map((value) => text(value)).sort()
const text = (value: unknown): string => JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner))

/** A row of any outlet. */
type Loose = Row & { readonly sum: number; readonly max: number; readonly min: number; readonly avg: number }

const WAYS: Record<string, LaunchOptions> = {
  '1 worker': { workers: 1 },
  '2 workers': { workers: 2 },
  '3 workers, everything by small rings, no chaining': {
    workers: 3,
    transport: 'ring',
    chaining: 'off',
    ringBytes: 8192,
    mailboxBytes: 16_384,
    batchRecords: 100,
  },
  '2 workers, interpreted': { workers: 2, codec: 'interpreted', batchRecords: 7, checkpointIntervalMs: 20 },
}

describe.each(Object.keys(WAYS))('with %s', (way) => {
  let results: Record<string, Loose[]>
  let log = ''

  beforeAll(async () => {
    const job = await jobNamed('operators')
    const dir = makeDir()
    const config = { count: COUNT, log: join(dir, 'log') }
    const run = await launch(job, { ...WAYS[way]!, config })
    const names = (await job.buildGraph(config)).nodes.filter(({ kind }) => kind === 'outlet').map((node) => String(node.spec['outlet']))
    results = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await run.outlet(name).collect()])))
    await run.done
    log = readFileSync(config.log, 'utf8')
    removeDir(dir)
  })

  const expectRecords = (name: string, expected: readonly unknown[]): void => expect(sorted(results[name]!)).toEqual(sorted(expected))
  /** Rows of one key in the order of their coming. */
  const expectSteps = (name: string, keyOf: (row: Loose) => unknown, expectedOf: (key: string) => unknown[]): void => {
    for (const key of KEYS) expect(sorted(results[name]!.filter((row) => keyOf(row) === key))).toEqual(sorted(expectedOf(key)))
  }

  test('map, filter and flatMap', () => {
    expectRecords(
      'mapped',
      ROWS.map((row) => row.n * 2),
    )
    expectRecords(
      'filtered',
      ROWS.filter((row) => row.n % 2 === 0).map((row) => row.n),
    )
    expectRecords(
      'flattened',
      ROWS.flatMap((row) => Array.from({ length: row.n % 3 }, (_, i) => `${row.n}:${i}`)),
    )
  })

  test('union of two sources, and of two branches of one stream', () => {
    expectRecords(
      'union',
      [...ROWS, ...ROWS].map((row) => row.n),
    )
    expectRecords(
      'branches',
      ROWS.map((row) => row.n),
    )
  })

  test('scan gives every step, each with one record more', () => {
    expect(results['scanned']!.length).toBe(COUNT)
    // Two sources may bring a key's records in any order between them; the last step has seen all.
    for (const key of KEYS) {
      const steps = results['scanned']!.filter((step) => step.key === key) as { sum: number }[]
      expect(steps.length).toBe(ofKey(key).length)
      expect(steps.at(-1)!.sum).toBe(sum(ofKey(key).map((row) => row.n)))
      const seen = steps.map((step, i) => step.sum - (i === 0 ? 0 : steps[i - 1]!.sum))
      expect(sorted(seen)).toEqual(sorted(ofKey(key).map((row) => row.n)))
    }
  })

  test('reduce by a bigint key gives every step; the last of each key is the greatest', () => {
    expect(results['reduced']!.length).toBe(COUNT)
    for (const part of [0, 1, 2]) {
      const steps = results['reduced']!.filter((row: Row) => row.n % 3 === part) as Row[]
      expect(steps.at(-1)!.value).toBe(Math.max(...ROWS.filter((row) => row.n % 3 === part).map((row) => row.value)))
    }
  })

  test('count by a boolean key, sum by a tuple', () => {
    expectRecords('counts', [
      { key: true, count: COUNT / 4 },
      { key: false, count: COUNT - COUNT / 4 },
    ])
    const tuples = [0, 1, 2].flatMap((a) => ['0', '1'].map((b) => [a, b] as const))
    const of = ([a, b]: readonly [number, string]): number =>
      sum(ROWS.filter((row) => row.n % 3 === a && `${row.n % 2}` === b).map((row) => row.value))
    expectRecords(
      'tuples',
      tuples.map((key) => ({ key, sum: of(key) })),
    )
  })

  test('a table emits every step, changes of which the last is right, or each row once at the end', () => {
    expect(results['every']!.length).toBe(COUNT)
    expectSteps(
      'every',
      (row) => row.key,
      (key) => {
        const steps = results['every']!.filter((row) => row.key === key) as { max: number }[]
        expect(steps.at(-1)!.max).toBe(Math.max(...ofKey(key).map((row) => row.n)))
        expect(steps.every((step, i) => i === 0 || step.max >= steps[i - 1]!.max)).toBe(true)
        return steps
      },
    )
    for (const key of KEYS) {
      const changes = results['changes']!.filter((row) => row.key === key) as { min: number }[]
      expect(changes.length).toBeGreaterThan(0)
      expect(changes.length).toBeLessThanOrEqual(ofKey(key).length)
      expect(changes.at(-1)!.min).toBe(Math.min(...ofKey(key).map((row) => row.value)))
      const avgs = results['avgs']!.filter((row) => row.key === key) as { avg: number }[]
      expect(avgs.at(-1)!.avg).toBeCloseTo(sum(ofKey(key).map((row) => row.value)) / ofKey(key).length, 9)
    }
  })

  test('several aggregates of a key, one of them custom', () => {
    const expected = KEYS.map((key) => {
      const values = ofKey(key).map((row) => row.value)
      const set = distinct.result(ofKey(key).reduce(distinct.add, distinct.create()))
      return {
        key,
        n: values.length,
        sum: sum(values),
        min: Math.min(...values),
        max: Math.max(...values),
        avg: sum(values) / values.length,
        set,
      }
    })
    expectRecords('sums', expected)
  })

  test('aggregates of everything, and an aggregate of an aggregate', () => {
    expectRecords('global', [{ n: COUNT, sum: (COUNT * (COUNT - 1)) / 2 }])
    expectRecords(
      'globalEvery',
      ROWS.map((_, i) => ({ n: i + 1 })),
    )
    const counts = new Map<number, number>()
    for (const key of KEYS) counts.set(ofKey(key).length, (counts.get(ofKey(key).length) ?? 0) + 1)
    expectRecords(
      'again',
      [...counts].map(([key, count]) => ({ key, count })),
    )
    expectRecords('none', [])
  })

  test('an operator of the user, and a sink that calls a function', () => {
    expectRecords('twice', [...ROWS, ...ROWS].map((row) => row.n).concat(-COUNT))
    expect(
      log
        .split('\n')
        .slice(0, -1)
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 50 }, (_, n) => n))
  })
})
