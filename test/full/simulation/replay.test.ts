import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { runCase } from '../../simulation/random/random-case.ts'

const program = fileURLToPath(new URL('../../simulation/random/replay-process.js', import.meta.url))

function replay(...args: readonly string[]): { readonly status: number | null; readonly stdout: string } {
  return spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' })
}

test('a seed is replayed: the same steps as in the test that names it, each fault marked, and what was committed', async () => {
  const { traceHash, faults } = await runCase('7')
  const { status, stdout } = replay('--seed', '7')
  expect(status).toBe(0)
  expect(stdout).toContain(`trace ${traceHash}`)
  expect(stdout).toContain('nothing lost, nothing repeated')
  const happened = Object.values(faults ?? {}).reduce((sum, times) => sum + times, 0)
  expect(happened).toBeGreaterThan(0)
  expect(stdout.split('\n').filter((line) => line.includes('<<<<'))).toHaveLength(happened)
})

test('--from leaves out what was before, --frames shows every frame', () => {
  const lines = (...args: readonly string[]): number => replay('--seed', '7', ...args).stdout.split('\n').length
  const all = lines()
  expect(lines('--from', '100')).toBeLessThan(all)
  expect(lines('--frames')).toBeGreaterThan(all)
})

test('without a seed, or from no time, it says how it is used', () => {
  for (const args of [[], ['--seed', '7', '--from', 'soon']]) expect(replay(...args).status).toBe(2)
})
