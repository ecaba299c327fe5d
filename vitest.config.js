import { defineConfig } from 'vitest/config'

// Tests run as compiled JavaScript, so that worker threads load the same files on every Node version.
// This is the first tier, four minutes at most; vitest.full.config.js is the second.
export default defineConfig({
  test: {
    include: ['dist/test/**/*.test.js'],
    exclude: ['dist/test/full/**'],
    pool: 'forks',
    maxWorkers: 2,
    // A test that hangs, hangs for ever; a busy machine is only slow.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    reporters: ['default', './scripts/test/summary-reporter.js'],
    server: { deps: { external: [/\/dist\/(src|actors|bench|examples)\//] } },
  },
})
