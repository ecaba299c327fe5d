import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextWindow } from '../../src/channel/credit-window.ts'

const BOUNDS = { drainMs: 100, minBytes: 2_048, maxBytes: 1_000_000 }

/** An actor with a backlog, of so many bytes a millisecond, looked at once in 100 ms; it is starved where the window does not last for as long as the way to its senders and back. */
function settle(rate: number, roundTripMs: number, channels: number, looks: number, windowBytes = Infinity): number {
  for (let look = 0; look < looks; look++) {
    const starved = windowBytes * channels < rate * roundTripMs
    const consumedBytes = 100 * (starved ? (windowBytes * channels) / roundTripMs : rate)
    windowBytes = nextWindow({ ...BOUNDS, windowBytes, consumedBytes, overMs: 100, channels, starved })
  }
  return windowBytes
}

test('the window of a slow actor comes to what it processes in the drain time, within its bounds, and stays', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 5_000, noNaN: true }),
      fc.double({ min: 0.1, max: 50, noNaN: true }),
      fc.integer({ min: 1, max: 200 }),
      fc.option(fc.integer({ min: 2_048, max: 999_999 }), { nil: Infinity }),
      (rate, roundTripMs, channels, before) => {
        const wanted = (rate * BOUNDS.drainMs) / channels
        const after = settle(rate, roundTripMs, channels, 40, before)
        if (wanted >= 1.4 * BOUNDS.maxBytes) expect(after).toBe(Infinity)
        else if (after !== Infinity) {
          expect(after).toBeGreaterThanOrEqual(BOUNDS.minBytes)
          expect(after).toBeLessThan(BOUNDS.maxBytes)
          // In flight is what drains in time, to within what does not count as a change, or the least that there may be.
          expect(after).toBeLessThanOrEqual((4 / 3) * Math.max(BOUNDS.minBytes, wanted) + 2)
          expect(after).toBeGreaterThanOrEqual(Math.min(wanted / 1.25 - 2, BOUNDS.maxBytes))
        } else expect(wanted).toBeGreaterThanOrEqual(BOUNDS.maxBytes)
        expect(settle(rate, roundTripMs, channels, 1, after)).toBe(after)
      },
    ),
  )
})

test('who is starved gets at least twice as much, up to all', () => {
  const look = { ...BOUNDS, overMs: 100, channels: 2, starved: true }
  expect(nextWindow({ ...look, windowBytes: 4_096, consumedBytes: 100 })).toBe(8_192)
  expect(nextWindow({ ...look, windowBytes: 4_096, consumedBytes: 40_000 })).toBe(20_000)
  expect(nextWindow({ ...look, windowBytes: 600_000, consumedBytes: 100 })).toBe(Infinity)
  expect(nextWindow({ ...look, windowBytes: Infinity, consumedBytes: 100 })).toBe(Infinity)
  expect(nextWindow({ ...look, windowBytes: Infinity, consumedBytes: 100, starved: false })).toBe(2_048)
})
