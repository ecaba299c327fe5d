import { describe, expect, test } from 'vitest'
import { pace } from '../../examples/flights/pace.ts'

const numbers = Array.from({ length: 300 }, (_, i) => i)

async function timed(records: AsyncIterable<number>): Promise<{ records: number[]; ms: number }> {
  const started = performance.now()
  const given: number[] = []
  for await (const record of records) given.push(record)
  return { records: given, ms: performance.now() - started }
}

describe('pace', () => {
  test('gives all records in order, no faster than it is told', async () => {
    const { records, ms } = await timed(pace(numbers, 1_000))
    expect(records).toEqual(numbers)
    expect(ms).toBeGreaterThan(280)
  })

  test('gives at once what a restarted job skips', async () => {
    const { records, ms } = await timed(pace(numbers, 1, 300))
    expect(records).toEqual(numbers)
    // At the pace it would be five minutes.
    expect(ms).toBeLessThan(60_000)
  })
})
