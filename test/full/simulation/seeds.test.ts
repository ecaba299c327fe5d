import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { SeedsReport } from '../../simulation/random/run-seeds.ts'

const SEEDS = 2_000
const SEEDS_PER_PROCESS = 250
const program = fileURLToPath(new URL('../../simulation/random/run-seeds.js', import.meta.url))

async function runProcess(from: number): Promise<SeedsReport> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, `${from}`, `${from + SEEDS_PER_PROCESS - 1}`], {
    maxBuffer: 2 ** 26,
  })
  return JSON.parse(stdout) as SeedsReport
}

test(`${SEEDS} seeds with faults: 0 records lost, 0 repeated`, async () => {
  const starts = Array.from({ length: SEEDS / SEEDS_PER_PROCESS }, (_, i) => 1 + i * SEEDS_PER_PROCESS)
  const reports: SeedsReport[] = []
  const lane = async (): Promise<void> => {
    for (let from = starts.shift(); from !== undefined; from = starts.shift()) reports.push(await runProcess(from))
  }
  await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, lane))
  const sum = (of: (report: SeedsReport) => number): number => reports.reduce((total, report) => total + of(report), 0)
  expect(reports.flatMap(({ failures }) => failures)).toEqual([])
  expect(sum(({ runs }) => runs)).toBe(SEEDS)
  const kinds = Object.keys(reports[0]!.faults).map((kind) => `${kind} ${sum(({ faults }) => faults[kind] ?? 0)}`)
  console.log(
    `${SEEDS} seeds: ${sum(({ committed }) => committed)} records committed, 0 lost, 0 repeated; ${sum(({ restarts }) => restarts)} restarts, ` +
      `${sum(({ processes }) => processes)} processes, ${sum(({ checkpoints }) => checkpoints)} checkpoints; faults: ${kinds.join(', ')}`,
  )
})
