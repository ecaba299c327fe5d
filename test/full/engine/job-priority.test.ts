import { getPriority } from 'node:os'
import { expect, test } from 'vitest'
import { launch } from '../../../src/index.ts'
import { LOW_PRIORITY_NICENESS } from '../../../src/worker/turn-limits.ts'
import job from '../../engine/jobs/thread-priority.ts'

async function seen(priority?: 'normal' | 'low'): Promise<number[]> {
  const run = await launch(job, { workers: 2, ...(priority && { priority }) })
  const rows = await run.outlet('seen').collect()
  await run.done
  expect(new Set(rows.map((row) => row.process))).toEqual(new Set([getPriority()]))
  return [...new Set(rows.map(({ thread }) => thread))]
}

test.runIf(process.platform === 'linux')('a job of low priority lowers its workers, and no other thread', async () => {
  const usual = getPriority()
  expect(await seen('low')).toEqual([Math.max(usual, LOW_PRIORITY_NICENESS)])
  expect(await seen()).toEqual([usual])
  expect(await seen('normal')).toEqual([usual])
})
