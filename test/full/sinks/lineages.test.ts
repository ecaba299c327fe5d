import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type LaunchOptions, launch } from '../../../src/index.ts'
import { linesOf, visibleFiles } from '../../sinks/part-files.ts'
import { temporaryDir } from '../../sinks/temporary-dir.ts'
import job, { type Row } from './jobs/part-files.ts'

/** Launches, pushes rows `from` to `to`, and ends the input, or waits until a savepoint has them and stops. */
async function go(options: LaunchOptions, from: number, to: number, savepoint?: string): Promise<void> {
  const run = await launch(job, { checkpointIntervalMs: Infinity, ...options })
  const rows = run.inlet('rows')
  for (let n = from; n < to; n++) await rows.push({ n })
  if (savepoint === undefined) {
    rows.end()
    expect(await run.done).toMatchObject({ outcome: 'finished' })
    return
  }
  while (rows.committed < to - from) await run.checkpoint()
  await run.savepoint(savepoint)
  await run.stop()
}

const numbers = (dir: string, isWanted = (_name: string): boolean => true): number[] =>
  linesOf(visibleFiles(dir).filter(({ name }) => isWanted(name)))
    .map((line) => (JSON.parse(line) as Row).n)
    .toSorted((a, b) => a - b)
const upTo = (count: number, from = 0): number[] => Array.from({ length: count - from }, (_, i) => from + i)
const lineages = (dir: string): string[] => [...new Set(visibleFiles(dir).map(({ name }) => name.split('-')[1]!))]

function everything(dir: string): Map<string, string> {
  const paths = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.jsonl'))
  return new Map(paths.map((path) => [path, readFileSync(join(dir, path), 'utf8')]))
}

test('a run beside the files of another: one from its savepoint loses and repeats nothing and leaves them alone, as does a fresh one; the other goes on with its own', async () => {
  const [dir, states] = [temporaryDir(), temporaryDir()]
  const savepoint = join(states, 'savepoint')
  const config = { dir }
  const first: LaunchOptions = { config, workers: 2, stateDir: join(states, 'first') }
  await go(first, 0, 1_000, savepoint)
  const before = everything(dir)
  const [old] = lineages(dir)
  expect(numbers(dir).length).toBeLessThan(1_000)

  await go({ config, workers: 3, stateDir: join(states, 'second'), from: savepoint }, 1_000, 2_000)
  expect(numbers(dir)).toEqual(upTo(2_000))
  expect(everything(dir)).toEqual(new Map([...everything(dir), ...before]))
  const [second] = lineages(dir).filter((lineage) => lineage !== old)

  await go({ config, workers: 2, stateDir: join(states, 'third'), fresh: true }, 0, 1_000)
  expect(everything(dir)).toEqual(new Map([...everything(dir), ...before]))
  const third = lineages(dir).find((lineage) => lineage !== old && lineage !== second)
  expect(numbers(dir, (name) => name.includes(`-${third}-`))).toEqual(upTo(1_000))

  await go(first, 1_000, 1_500)
  expect(numbers(dir, (name) => name.includes(`-${old}-`))).toEqual(upTo(1_500))
  expect(readdirSync(dir).filter((name) => name.startsWith('.'))).toEqual([])
})
