import { seeds } from '../../src/testing/index.ts'

/** Seeds for a test of many runs: all of them in the second tier, a fourth of them in the first. */
export function many(count: number): (number | string)[] {
  return seeds(process.env['MILLRACE_TEST_TIER'] === 'full' ? count : Math.ceil(count / 4))
}
