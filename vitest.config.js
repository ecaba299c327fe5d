import { defineConfig } from 'vitest/config'

// Tests run as compiled JavaScript, so that worker threads load the same files on every Node version.
export default defineConfig({
  test: {
    include: ['dist/test/**/*.test.js'],
    exclude: ['dist/test/full/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    server: { deps: { external: [/\/dist\/(src|actors|bench|examples)\//] } },
  },
})
