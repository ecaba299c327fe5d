import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BENCHED } from '../../bench/harness/options.ts'
import { lastByKey } from '../../bench/jobs/last-by-key.ts'
import { madeClock, nowMs, timed } from '../../bench/jobs/made-clock.ts'
import { rowCheck } from '../../bench/jobs/row-check.ts'
import { hashSumRow } from '../../bench/workloads/rows.ts'
import type { SumRow } from '../../bench/workloads/rows.ts'
import type { OperatorActor, OperatorContext } from '../../src/actor/contract.ts'
import { outletName } from '../../src/graph/graph.ts'
import type { Job } from '../../src/graph/job.ts'

test.each(BENCHED)('%s: the job builds one graph with a source and an outlet, and refuses records out of range', async (query) => {
  const { default: job } = (await import(new URL(`../../bench/jobs/${query}.js`, import.meta.url).href)) as { default: Job }
  const graph = await job.buildGraph({ seed: '3', count: '1000' })
  expect(job.name).toBe(query)
  expect(graph.nodes.filter((node) => node.kind === 'generate').map((node) => node.spec['count'])).toEqual([1000])
  expect(outletName(graph.nodes.at(-1)!)).toBe('result')
  await expect(job.buildGraph({ seed: 10_000, count: 1 })).rejects.toMatchObject({ code: 'MR_CONFIG_INVALID' })
})

const rows = fc.array(fc.record({ key: fc.nat(), sum: fc.nat() }), { maxLength: 50 })

describe('the row check', () => {
  test('is the same however the rows are divided between threads', () => {
    const check = rowCheck<SumRow>(hashSumRow, (row) => row.key % 7)
    const part = (some: readonly SumRow[]) => some.reduce((acc, row) => check.add(acc, row), check.create())
    const divided = fc.property(rows, rows, rows, (a, b, c) => {
      const { endedAtMs: _one, ...whole } = check.result(part([...a, ...b, ...c]))
      const { endedAtMs: _two, ...merged } = check.result(check.merge(part(c), check.merge(part(a), part(b))))
      expect(merged).toStrictEqual(whole)
      expect(whole.rows).toBe(a.length + b.length + c.length)
    })
    fc.assert(divided)
  })

  test('knows when the first record was made and the last row hashed', () => {
    const check = rowCheck<SumRow>(hashSumRow)
    const before = nowMs()
    const make = timed(100, (n) => ({ key: n, sum: 1 }))
    const part = [0, 1, 2].reduce((acc, row) => check.add(acc, make(row)), check.create())
    const { firstMadeAtMs, endedAtMs, rows: count } = check.result(part)
    expect(count).toBe(3)
    expect(firstMadeAtMs).toBe(madeClock.firstMadeAtMs)
    expect(firstMadeAtMs).toBeGreaterThanOrEqual(before)
    expect(endedAtMs).toBeGreaterThanOrEqual(firstMadeAtMs)
    expect(endedAtMs).toBeLessThanOrEqual(nowMs())
  })

  test('a part without rows does not change another', () => {
    const check = rowCheck<SumRow>(hashSumRow)
    const one = check.add(check.create(), { key: 1, sum: 2 })
    expect(check.merge({ ...one }, check.create())).toStrictEqual(one)
  })
})

test('the sink of ks-every emits the last row of each key once, also after a restart from a snapshot', async () => {
  const lastRows = fc.asyncProperty(rows, rows, async (before, after) => {
    const emitted: SumRow[] = []
    const context = { index: 0, emit: (row: unknown) => emitted.push(row as SumRow) } as unknown as OperatorContext
    const first = lastByKey.create!({}, context)
    feed(first, before)
    const second = lastByKey.create!({}, context)
    await second.restore!(first.snapshot!(1))
    feed(second, after)
    expect(second.onEnd!()).toBe('done')
    expect(new Map(emitted.map((row) => [row.key, row]))).toEqual(new Map([...before, ...after].map((row) => [row.key, row])))
    expect(emitted.length).toBe(new Set(emitted.map((row) => row.key)).size)
  })
  await fc.assert(lastRows)
})

function feed(actor: OperatorActor, some: readonly SumRow[]): void {
  for (const row of some) actor.process!(row, Number.NaN)
}
