import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { projectRoot } from './project-root.ts'

const PASSED = { passed: 7, failed: 0, skipped: 2 }
const FAILED = { passed: 3, failed: 2, skipped: 0 }

test.each([
  { runs: [PASSED, PASSED], failedSteps: 0, line: '14 passed, 0 failed, 4 skipped', status: 0 },
  { runs: [PASSED, FAILED], failedSteps: 1, line: '10 passed, 2 failed, 2 skipped', status: 1 },
  { runs: [PASSED, FAILED], failedSteps: 2, line: '10 passed, 3 failed, 2 skipped', status: 1 },
  { runs: [PASSED], failedSteps: 1, line: '7 passed, 1 failed, 2 skipped', status: 1 },
  { runs: [], failedSteps: 0, line: '0 passed, 1 failed, 0 skipped', status: 1 },
])('CI closes with $line for $runs.length runs and $failedSteps failed steps', ({ runs, failedSteps, line, status }) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-totals-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'totals')
  writeFileSync(file, runs.map((run) => `${JSON.stringify(run)}\n`).join(''))
  const ended = spawnSync(process.execPath, [join(projectRoot, '.ci', 'totals.js'), file, String(failedSteps)], { encoding: 'utf8' })
  expect(ended).toMatchObject({ status, stdout: `${line}\n` })
})
