import { defineConfig } from 'vitest/config'

// Tests run as compiled JavaScript, so that worker threads load the same files on every Node version.
// This is the first tier, four minutes at most; vitest.full.config.js is the second.
export default defineConfig({
  test: {
    include: ['dist/test/**/*.test.js'],
    exclude: ['dist/test/full/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ['default', './scripts/test/summary-reporter.js'],
    server: { deps: { external: [/\/dist\/(src|actors|bench|examples)\//] } },
  },
})
