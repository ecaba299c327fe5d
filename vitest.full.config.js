import { mergeConfig } from 'vitest/config'
import firstTier from './vitest.config.js'

// The second tier: long, or in need of the npm registry, or sensitive to what else runs. One file at a time.
const config = mergeConfig(firstTier, { test: { fileParallelism: false, testTimeout: 900_000, hookTimeout: 900_000 } })
config.test.include = ['dist/test/full/**/*.test.js']
config.test.exclude = []
export default config
