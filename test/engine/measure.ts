import { expect } from 'vitest'
import { runProgram } from './programs/spawn.ts'

/** Runs the liveness program in a process of its own and reads what it measured. */
export async function measure<T>(situation: string, seconds: number): Promise<T> {
  const ending = await runProgram('liveness', [situation, String(seconds)], { limitMs: 1000 * seconds + 20_000 })
  expect(ending, ending.stdout + ending.stderr).toMatchObject({ hung: false, exitCode: 0, stderr: '' })
  return JSON.parse(ending.stdout) as T
}

export interface MemoryOverTime {
  readonly samples: readonly { readonly second: number; readonly rssMb: number }[]
  readonly records: number
}

/** Slope of the line through the samples (least squares), in MB per minute. */
export function slopeMbPerMinute(samples: MemoryOverTime['samples']): number {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
  const [x, y] = [mean(samples.map(({ second }) => second)), mean(samples.map(({ rssMb }) => rssMb))]
  const above = samples.reduce((sum, { second, rssMb }) => sum + (second - x) * (rssMb - y), 0)
  return (60 * above) / samples.reduce((sum, { second }) => sum + (second - x) ** 2, 0)
}
