import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GeneratorRows } from '../../actors/generator-rows.ts'
import { Pace } from '../../actors/pace.ts'
import { PACE_CATCH_UP_MS_MAX, PACE_SLICE_MS } from '../../src/limits.ts'

function clockAt(startMs: number) {
  let nowMs = startMs
  return {
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    advance: (ms: number) => void (nowMs += ms),
    set: (ms: number) => void (nowMs = ms),
  }
}

test('whoever asks when it is told to gets the rate exactly, however long it goes on', () => {
  const rate = fc.double({ min: 0.05, max: 2e6, noNaN: true })
  const steps = fc.array(fc.double({ min: 0, max: 50, noNaN: true }), { minLength: 1, maxLength: 50 })
  fc.assert(
    fc.property(rate, fc.double({ min: 0, max: 1e9, noNaN: true }), steps, (rowsPerSecond, startMs, latenesses) => {
      const { clock, set } = clockAt(startMs)
      const pace = new Pace(clock, rowsPerSecond, 0)
      let sent = 0
      for (const lateMs of latenesses) {
        const due = pace.due()
        pace.sent(due)
        sent += due
        // Row k is due k / rate after the first: neither more than that were sent, nor any left that was due.
        const exact = ((clock.monotonicMs() - startMs) * rowsPerSecond) / 1000 + 1
        expect(Math.abs(sent - exact)).toBeLessThan(1 + 1e-3)
        set(Math.max(clock.monotonicMs(), pace.nextMs) + lateMs)
      }
    }),
  )
})

test('slices are short, and never empty', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.05, max: 2e6, noNaN: true }), (rowsPerSecond) => {
      const { clock, set } = clockAt(5)
      const pace = new Pace(clock, rowsPerSecond, 0)
      for (let slice = 0; slice < 20; slice++) {
        const due = pace.due()
        expect(due).toBeGreaterThan(0)
        expect(due).toBeLessThanOrEqual(Math.max(1, (rowsPerSecond * PACE_SLICE_MS) / 1000) + 1)
        pace.sent(due)
        set(pace.nextMs + 1e-6)
      }
    }),
  )
})

test('what was held back for long is made up for by one second only; then the rate is what it was', () => {
  const { clock, advance } = clockAt(0)
  const pace = new Pace(clock, 1000, 0)
  const take = (): number => {
    const due = pace.due()
    pace.sent(due)
    return due
  }
  expect(take()).toBe(1)
  advance(60_000)
  expect(take()).toBe(PACE_CATCH_UP_MS_MAX + 1)
  expect(take()).toBe(0)
  advance(100)
  expect(take()).toBe(100)
})

test('an instance begins later by its offset', () => {
  const { clock, advance } = clockAt(0)
  const pace = new Pace(clock, 10, 30)
  expect(pace.due()).toBe(0)
  expect(pace.nextMs).toBe(30)
  advance(30)
  expect(pace.due()).toBe(1)
})

test('the instances of a generator have every row once, in order, and know how many', () => {
  const options = fc.record({
    splits: fc.integer({ min: 1, max: 9 }),
    blockRows: fc.integer({ min: 1, max: 7 }),
    count: fc.integer({ min: 0, max: 200 }),
    parallelism: fc.integer({ min: 1, max: 5 }),
    most: fc.integer({ min: 1, max: 10 }),
  })
  fc.assert(
    fc.property(options, ({ splits, blockRows, count, parallelism, most }) => {
      const all: number[] = []
      for (let index = 0; index < parallelism; index++) {
        const rows = new GeneratorRows(splits, blockRows, count, index, parallelism)
        const mine: number[] = []
        const { size } = rows.progress()!
        while (rows.take(most)) {
          for (let row = rows.from; row < rows.to; row++) mine.push(row)
          expect(rows.progress()).toEqual({ position: mine.length, size, unit: 'records' })
        }
        expect(mine).toEqual(mine.toSorted((a, b) => a - b))
        expect(mine).toHaveLength(size)
        all.push(...mine)
      }
      expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, row) => row))
    }),
  )
})
