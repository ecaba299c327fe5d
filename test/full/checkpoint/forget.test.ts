import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { forgetKey } from '../../../src/app/forget-key.ts'
import { type BackendOption, type LaunchOptions, type Run, launch } from '../../../src/index.ts'
import { temporaryDir } from '../../engine/run-job.ts'
import forgetting, { type Visit } from './forgetting-job.ts'

const FORGOTTEN = 'somebody who wants to be forgotten'
const OUTLETS = ['scanned', 'counted', 'seen', 'windowed'] as const

/** What a run says, as it says it; complete when the run has ended. */
function collect(run: Run): { readonly rows: Record<string, unknown[]>; readonly all: Promise<unknown> } {
  const rows: Record<string, unknown[]> = {}
  const read = async (name: string): Promise<void> => {
    for await (const row of run.outlet(name) as AsyncIterable<unknown>) rows[name]!.push(row)
  }
  for (const name of OUTLETS) rows[name] = []
  return { rows, all: Promise.all(OUTLETS.map(read)) }
}

async function visit(run: Run, ...people: readonly string[]): Promise<void> {
  for (const who of people) await run.inlet<Visit>('visits').push({ who, at: 50_000 })
}

test.each<BackendOption>(['memory', 'lmdb'])('what is kept for a key is gone when the run goes on, backend %s', async (backend) => {
  const dir = temporaryDir()
  const options: LaunchOptions = { workers: 2, checkpointIntervalMs: Infinity, stateDir: join(dir, 'state'), backend }
  const first = await launch(forgetting, options)
  const { rows: said, all } = collect(first)
  await visit(first, FORGOTTEN, 'anna')
  await first.checkpoint()
  await expect(forgetKey(options.stateDir!, FORGOTTEN)).rejects.toMatchObject({ code: 'MR_STATE_DIR_LOCKED' })
  await visit(first, FORGOTTEN, 'anna', 'bert')
  while (said['scanned']!.length < 5) await new Promise((resolve) => setTimeout(resolve, 5))
  await first.stop()
  await all

  const { operators, unsearched } = await forgetKey(options.stateDir!, FORGOTTEN)
  expect(operators.map(({ operator }) => operator).toSorted()).toEqual(['counted', 'scanned', 'seen', 'windowed'])
  expect(unsearched).toEqual(['visits'])
  expect(readFileSync(join(options.stateDir!, 'checkpoints', 'data.mdb')).includes(FORGOTTEN)).toBe(false)

  const second = await launch(forgetting, options)
  const { rows: rest, all: allOfRest } = collect(second)
  await visit(second, FORGOTTEN, 'anna')
  await second.stop({ drain: true })
  await allOfRest
  const sorted = (rows: unknown[]): unknown[] => rows.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  expect(sorted(rest['scanned']!)).toEqual([
    { who: 'anna', n: 3 },
    { who: FORGOTTEN, n: 1 },
  ])
  const counts = [
    expect.objectContaining({ key: 'anna', n: 3 }),
    expect.objectContaining({ key: 'bert', n: 1 }),
    expect.objectContaining({ key: FORGOTTEN, n: 1 }),
  ]
  expect(sorted(rest['counted']!)).toEqual(counts)
  expect(sorted(rest['windowed']!)).toEqual(counts)
  expect(sorted(rest['seen']!.filter((row) => (row as { late: boolean }).late))).toEqual([
    { who: 'anna', n: 3, late: true },
    { who: 'bert', n: 1, late: true },
    { who: FORGOTTEN, n: 1, late: true },
  ])
})
