import { seeds } from '../../src/testing/index.ts'
import { inTier } from '../tier.ts'

/** Seeds for a test of many runs: all of them in the second tier, a fourth of them in the first. */
export function many(count: number): (number | string)[] {
  return seeds(inTier(Math.ceil(count / 8), count))
}
