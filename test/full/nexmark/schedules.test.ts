import { describe, expect, test } from 'vitest'
import { Prng } from '../../../src/core/prng.ts'
import { SimulatedDisk, seeds, simulate } from '../../../src/testing/index.ts'
import { NUMBERS, QUERIES, expectedRows, sortedRows } from '../../nexmark/queries.ts'
import { randomOptions } from '../../simulation/random-options.ts'

const SEEDS = 8
const STARTS = ['2020-09-13T06:59:40Z', '2020-09-13T23:59:40Z', '1969-12-31T23:59:40Z']

/** What is left of `rows` when each of `others` takes one away. */
function without(rows: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const row of others) left.set(row, (left.get(row) ?? 0) + 1)
  return rows.filter((row) => {
    const count = left.get(row) ?? 0
    left.set(row, count - 1)
    return count <= 0
  })
}

describe.each(NUMBERS)('q%i gives the rows of the plain loop, whatever the engine is told', (number) => {
  test.each(seeds(SEEDS))('seed %s', async (seed) => {
    const name = `q${number} ${seed}`
    const chance = new Prng(name)
    const { options } = randomOptions(name)
    const events = {
      count: 200 + chance.nextInt(1_000),
      eventsPerSecond: 20 + chance.nextInt(200),
      startMs: Date.parse(STARTS[chance.nextInt(STARTS.length)]!),
    }
    const config = { ...events, disorderMs: chance.nextInt(2_000), seed: chance.nextInt(100), emit: 'final' }
    const common = { ...options, config, disk: new SimulatedDisk(), maxSteps: 5_000_000 }
    const rows: unknown[] = []
    for (let round = 0; ; round++) {
      const stop = round < 3 ? { stop: { afterMs: 20 + chance.nextInt(200) } } : {}
      const run = await simulate(QUERIES[number].job, { ...common, workers: 1 + chance.nextInt(5), ...stop, seed: `${name}/${round}` })
      rows.push(...run.outlets['rows']!)
      if (run.outcome === 'finished') break
    }
    const expected = expectedRows(QUERIES[number], events)
    expect(without(expected, sortedRows(rows)), 'missing rows').toEqual([])
    // A stop while the last records drain takes no checkpoint any more: what they gave comes again.
    expect([...new Set(sortedRows(rows))]).toEqual([...new Set(expected)])
  })
})
