import { mergeConfig } from 'vitest/config'
import firstTier from './vitest.config.js'

// The second tier: long, or in need of the npm registry, or sensitive to what else runs. One file at a time.
const config = mergeConfig(firstTier, { test: { fileParallelism: false, maxConcurrency: 2, testTimeout: 900_000, hookTimeout: 900_000 } })
// The first tier takes a part of these runs.
config.test.include = ['dist/test/full/**/*.test.js', 'dist/test/simulation/**/*.test.js']
config.test.env = { MILLRACE_TEST_TIER: 'full' }
config.test.exclude = []
export default config
