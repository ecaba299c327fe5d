import fc from 'fast-check'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/core/clock.ts'
import { Prng } from '../../src/core/prng.ts'

const draw = (rng: Prng, count: number): number[] => Array.from({ length: count }, () => rng.next())

test('equal seeds give equal sequences, other seeds other ones', () => {
  expect(draw(new Prng(7), 5)).toEqual(draw(new Prng('7'), 5))
  expect(draw(new Prng(7), 5)).not.toEqual(draw(new Prng(8), 5))
})

test('the sequence of a seed is the same for ever', () => {
  expect(draw(new Prng('millrace'), 4)).toEqual([535268492, 25477785, 2019955633, 3425092134])
})

test('a fork depends on the seed and its label, not on how much was drawn', () => {
  const drawn = new Prng(1)
  draw(drawn, 100)
  expect(draw(drawn.fork('faults'), 5)).toEqual(draw(new Prng(1).fork('faults'), 5))
  expect(draw(drawn.fork('faults'), 5)).not.toEqual(draw(drawn.fork('schedule'), 5))
  expect(draw(drawn.fork('a').fork('b'), 5)).not.toEqual(draw(drawn.fork('b').fork('a'), 5))
})

test('nextInt and nextFloat stay in range and use all of it', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 2 ** 32 }), (seed, n) => {
      const rng = new Prng(seed)
      const x = rng.nextInt(n)
      const f = rng.nextFloat()
      return Number.isInteger(x) && x >= 0 && x < n && f >= 0 && f < 1
    }),
  )
  const rng = new Prng('spread')
  const counts = new Int32Array(10)
  let sum = 0
  for (let i = 0; i < 100_000; i++) {
    counts[rng.nextInt(10)]++
    sum += rng.nextFloat()
  }
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500)
  expect(sum / 100_000).toBeCloseTo(0.5, 2)
})

test.each([0, -1, 1.5, NaN, 2 ** 32 + 1])('nextInt(%s) is refused', (n) => {
  expect(() => new Prng(1).nextInt(n)).toThrow(expect.objectContaining({ code: 'MR_OPTION_INVALID' }))
})

test('the system clock tells the time, and its monotonic side does not go back', () => {
  expect(Math.abs(systemClock.nowMs() - Date.now())).toBeLessThan(1000)
  const before = systemClock.monotonicMs()
  expect(systemClock.monotonicMs()).toBeGreaterThanOrEqual(before)
})
