/** Real threads, whose wall clock is set by an hour: what waits for so much time to go by notices nothing. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { type Called, type PatientConfig, patientResults } from '../../simulation/jobs/patient-job.ts'
import { temporaryDir } from '../../sinks/temporary-dir.ts'

const program = fileURLToPath(new URL('./patient-process.js', import.meta.url))

interface Told {
  readonly outcome: string
  readonly results: Called[]
  readonly late: Called[]
  readonly checkpoints: number
  readonly jumps: number
}

async function runPatiently(config: PatientConfig, ...more: string[]): Promise<Told> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(config), ...more], { maxBuffer: 2 ** 26 })
  const told = JSON.parse(stdout) as Told
  return { ...told, results: told.results.toSorted((a, b) => a.n - b.n) }
}

test('an hour back and forwards, again and again: no call has taken too long, no input is idle, checkpoints go on', async () => {
  const told = await runPatiently({ count: 600, dir: temporaryDir(), callMs: 60 }, '50')
  expect(told).toMatchObject({ outcome: 'finished', results: patientResults(600), late: [] })
  // Rows come for three seconds at least.
  expect(told.jumps).toBeGreaterThan(10)
  expect(told.checkpoints).toBeGreaterThan(5)
})

test('an hour back, while nothing is left to do but a pause: it takes as long as it takes', async () => {
  // The call is the last one of its source.
  const told = await runPatiently({ count: 22, dir: temporaryDir(), callMs: 0, setsBackAt: 20 })
  expect(told).toMatchObject({ outcome: 'finished', results: patientResults(22), late: [] })
})
