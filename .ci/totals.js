// Sums the totals of the test runs. A failed step counts as a failure of its own unless failed tests already explain it.
import { readFileSync } from 'node:fs'

const [file, failedSteps] = process.argv.slice(2)
const totals = { passed: 0, failed: 0, skipped: 0 }
let runsWithFailures = 0
for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
  const run = JSON.parse(line)
  for (const key of Object.keys(totals)) totals[key] += run[key]
  if (run.failed > 0) runsWithFailures += 1
}
totals.failed += Math.max(0, Number(failedSteps) - runsWithFailures)
if (totals.passed === 0 && totals.failed === 0) totals.failed = 1
process.stdout.write(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`)
process.exitCode = totals.failed === 0 ? 0 : 1
