/**
 * The first tier (`npm test`) has minutes, the second (`npm run test:full`) as long as it takes. A test file that asks here runs in both: it takes a part of its
 * cases in the first tier and all of them in the second.
 */
export const isFullTier = process.env['MILLRACE_TEST_TIER'] === 'full'

/** @param first what the first tier has time for */
export function inTier<T>(first: T, all: T): T {
  return isFullTier ? all : first
}
