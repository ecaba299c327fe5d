import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { mergeConfig } from 'vitest/config'
import firstTier from './vitest.config.js'

// The second tier: long, or in need of the npm registry, or sensitive to what else runs. One file at a time.
const config = mergeConfig(firstTier, { test: { fileParallelism: false, maxConcurrency: 2, testTimeout: 900_000, hookTimeout: 900_000 } })
// The first tier takes a part of the cases of those that ask test/tier.ts, themselves or by way of a file beside them.
const asks = (path) => /from '(?:\.\.?\/)+(?:tier|many|either-host|run-case)\.js'/.test(readFileSync(path, 'utf8'))
const sampled = readdirSync('dist/test', { recursive: true })
  .map((name) => join('dist/test', name).replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.test.js') && asks(path))
config.test.include = ['dist/test/full/**/*.test.js', 'dist/test/simulation/**/*.test.js', ...sampled]
config.test.env = { MILLRACE_TEST_TIER: 'full' }
config.test.exclude = []
export default config
