import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LatencyHistogram } from '../../src/core/latency-histogram.ts'

test('quantiles are exact below 64, and not more than 1/32 too large above', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.nat(100), fc.nat(100_000), fc.nat(2 ** 31 - 1)), { minLength: 1, maxLength: 200 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, share) => {
        const histogram = new LatencyHistogram()
        for (const value of values) histogram.record(value)
        const wanted = values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)]!
        const got = histogram.quantile(share)
        expect(got).toBeGreaterThanOrEqual(wanted)
        expect(got).toBeLessThanOrEqual(wanted < 64 ? wanted : wanted * (1 + 1 / 32))
        expect([histogram.count, histogram.max]).toEqual([values.length, Math.max(...values)])
      },
    ),
  )
})

test('takes what is too small or too large', () => {
  const histogram = new LatencyHistogram()
  expect(histogram.quantile(0.5)).toBe(0)
  for (const value of [-5, 1e12, 0.5]) histogram.record(value)
  expect([histogram.quantile(0.5), histogram.max]).toEqual([0, 1e12])
})
