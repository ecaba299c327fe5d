import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Prng } from '../../src/core/prng.ts'
import { HOT_KEYS_TRACKED } from '../../src/limits.ts'
import { HeavyHitters } from '../../src/state/heavy-hitters.ts'
import { inTier } from '../tier.ts'

test('no key is underestimated, none is overestimated by more than its error and one counter in all, and who has more than that is there', () => {
  const check = fc.property(
    fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 2_000 }),
    (samples) => {
      const hitters = new HeavyHitters()
      const exact = new Map<number, number>()
      let total = 0
      for (const [key, weight] of samples) {
        // Small keys are frequent.
        const skewed = Math.floor((key * key) / 200)
        hitters.add(skewed, weight)
        exact.set(skewed, (exact.get(skewed) ?? 0) + weight)
        total += weight
      }
      const found = new Map(hitters.keys().map((one) => [one.key, one]))
      for (const [key, weight] of exact) {
        const one = found.get(key)
        if (weight > total / HOT_KEYS_TRACKED) expect(one).toBeDefined()
        if (one === undefined) continue
        expect(one.share).toBeGreaterThanOrEqual(weight / total - 1e-12)
        expect(one.share - one.error).toBeLessThanOrEqual(weight / total + 1e-12)
        expect(one.share - weight / total).toBeLessThanOrEqual(1 / HOT_KEYS_TRACKED + 1e-12)
      }
      expect(found.size).toBeLessThanOrEqual(HOT_KEYS_TRACKED)
    },
  )
  fc.assert(check, { numRuns: inTier(30, 1_000) })
})

test('what was frequent long ago fades', () => {
  const hitters = new HeavyHitters()
  const chance = new Prng(3)
  for (let i = 0; i < 40_000; i++) hitters.add('before', 1_024)
  for (let i = 0; i < 40_000; i++) hitters.add(chance.next() % 2 === 0 ? 'now' : `${i}`, 1_024)
  const [first, second] = hitters.keys()
  expect(first).toMatchObject({ key: 'now', share: expect.closeTo(0.5, 1) as number })
  expect(second!.share - second!.error).toBeLessThan(0.35)
})
