import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { type MillraceError, type RunNotice, launch } from '../../../src/index.ts'
import { temporaryDir } from '../../engine/run-job.ts'
import wandering, { type Row } from './jobs/wandering-job.ts'

const KEYS = 1_000
const ROWS = 60_000

type Step = { readonly key: number; readonly n: number }

/** Each key counts up from 1 without a gap: nothing is lost, nothing comes twice, and order per key is kept. */
function expectExact(steps: readonly Step[], rows: number): void {
  const counts = new Map<number, number>()
  for (const { key, n } of steps) {
    expect(n).toBe((counts.get(key) ?? 0) + 1)
    counts.set(key, n)
  }
  expect(steps.length).toBe(rows)
  expect(counts.size).toBe(KEYS)
}

test('an operator that is rescaled up and down under load gives what it would have given', async () => {
  const run = await launch(wandering, {
    workers: 2,
    checkpointIntervalMs: 50,
    config: { keys: KEYS, made: { count: ROWS, perSecond: 20_000 } },
  })
  const notices: RunNotice[] = []
  run.onNotice((notice) => notices.push(notice))
  const steps: Step[] = []
  let onFirst = (): void => {}
  const first = new Promise<void>((resolve) => (onFirst = resolve))
  const collected = (async () => {
    for await (const step of run.outlet('steps', { delivery: 'committed' })) if (steps.push(step as Step) === 1) onFirst()
  })()
  // From now on checkpoints hold state.
  await first
  const reports = []
  for (const instances of [4, 1, 3]) reports.push(await run.rescale('steps', instances))
  expect(reports.map(({ before, instances }) => [before, instances])).toEqual([
    [2, 4],
    [4, 1],
    [1, 3],
  ])
  for (const { checkpoint, pauseMs, movedBytes } of reports) {
    expect(checkpoint).toBeGreaterThan(0)
    expect(pauseMs).toBeGreaterThan(0)
    expect(movedBytes).toBeGreaterThan(0)
  }
  expect(await run.rescale('steps', 3)).toMatchObject({ before: 3, instances: 3, pauseMs: 0, movedBytes: 0 })
  const { workers } = await run.stats()
  expect(workers.flatMap(({ actors }) => actors).filter(({ name }) => name.startsWith('steps')).length).toBe(3)
  for (const [operator, instances, code] of [
    ['nobody', 2, 'MR_OPTION_INVALID'],
    ['steps', 0, 'MR_OPTION_INVALID'],
    ['steps', 1.5, 'MR_OPTION_INVALID'],
    ['steps', 129, 'MR_RESCALE_IMPOSSIBLE'],
  ] as const)
    await expect(run.rescale(operator, instances)).rejects.toMatchObject({ code })
  await collected
  expectExact(steps, ROWS)
  expect(await run.done).toMatchObject({ outcome: 'finished', restarts: 0 })
  expect(notices.filter(({ type }) => type === 'layout').map(({ text }) => text)).toEqual([
    '"steps" runs in 4 instances, not 2',
    '"steps" runs in 1 instances, not 4',
    '"steps" runs in 3 instances, not 1',
  ])
  await expect(run.rescale('steps', 2)).rejects.toMatchObject({ code: 'MR_RUN_ENDED' } satisfies Partial<MillraceError>)
}, 120_000)

test('a worker in whose place no thread comes up leaves its actors to the others, and gets them back', async () => {
  const barrier = join(temporaryDir(), 'barrier')
  writeFileSync(barrier, 'open')
  const run = await launch(wandering, { workers: 3, checkpointIntervalMs: 50, config: { keys: KEYS, barrier, dieAt: 5_000 } })
  const told: string[] = []
  run.onNotice(({ type, text }) => {
    if (type !== 'layout') return
    told.push(text)
    writeFileSync(barrier, 'open again')
  })
  const collected = run.outlet('steps', { delivery: 'committed' }).collect() as Promise<Step[]>
  const inlet = run.inlet<Row>('rows')
  let pushed = 0
  for (; told.length < 2 || pushed < 5 * KEYS; pushed += 100) {
    await inlet.pushMany(Array.from({ length: 100 }, (_, i) => ({ id: pushed + i, key: (pushed + i) % KEYS })))
    await sleep(5)
  }
  expect(await run.stop({ drain: true })).toMatchObject({ outcome: 'finished', restarts: 1 })
  expectExact(await collected, pushed)
  expect(told).toEqual([expect.stringMatching(/^worker \d is away: others have its actors$/), expect.stringMatching(/^worker \d is back$/)])
}, 120_000)
