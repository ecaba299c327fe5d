/**
 * The last lines of a test run: why tests were skipped, then `N passed, N failed, N skipped`.
 * Files that do not load and errors outside tests count as failures. Totals are appended to the file that
 * MILLRACE_TEST_TOTALS names, one JSON object a line, for runs made of several test runs.
 */
import { appendFileSync } from 'node:fs'

export default class SummaryReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const totals = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    const skips = []
    for (const module of modules) {
      totals.failed += module.errors().length
      for (const test of module.children.allTests()) {
        const result = test.result()
        totals[result.state === 'pending' ? 'skipped' : result.state] += 1
        if (result.state === 'skipped') skips.push(`  ${test.fullName}: ${result.note ?? 'no reason given'}`)
      }
    }
    const lines = skips.length > 0 ? ['Skipped:', ...skips, ''] : []
    process.stdout.write(`${[...lines, `${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`].join('\n')}\n`)
    if (process.env.MILLRACE_TEST_TOTALS) appendFileSync(process.env.MILLRACE_TEST_TOTALS, `${JSON.stringify(totals)}\n`)
  }
}
