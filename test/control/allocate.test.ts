import { expect, test } from 'vitest'
import { allocate, allocateDoorbells } from '../../src/control/allocate.ts'
import { planJob } from '../../src/graph/plan.ts'
import { checkOptions } from '../../src/app/launch-options.ts'
import inletJob from '../simulation/jobs/inlet-job.ts'

test('the next attempt uses the rings into workers again, and has fresh ones to the app thread, which may still read the old', async () => {
  const { engine } = checkOptions({ workers: 2 })
  const plan = planJob(await inletJob.buildGraph({ throwAt: [], run: '' }), engine)
  const doorbells = allocateDoorbells(2)
  const first = allocate(plan, engine, doorbells, 1, null)
  const second = allocate(plan, engine, doorbells, 2, first)
  const [into, out] = [first.rings.filter(({ to }) => to < 2), first.rings.filter(({ to }) => to === 2)]
  expect(into.length).toBeGreaterThan(0)
  expect(out.length).toBeGreaterThan(0)
  for (const link of into) expect(second.rings).toContainEqual(link)
  for (const link of into) expect(second.rings.find(({ from, to }) => from === link.from && to === link.to)!.ring).toBe(link.ring)
  for (const link of out) expect(second.rings.find(({ from, to }) => from === link.from && to === link.to)!.ring).not.toBe(link.ring)
  expect(second.credits).not.toBe(first.credits)
})
