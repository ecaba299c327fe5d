/** The same on real threads, with a restart, and from the command line. */
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { launch } from '../../src/index.ts'
import { millrace } from '../cli/spawn-command.ts'
import job, { line } from './jobs/orders-job.ts'

const COUNT = 20_000
const ids = Array.from({ length: COUNT }, (_, id) => id)
const broken = ids.filter((id) => id % 10 === 3)
const shopless = ids.filter((id) => id % 25 === 0 && id % 10 !== 3)

test('results, letters and counts are exact over threads and a restart', async () => {
  const run = await launch(job, { workers: 2, config: { count: COUNT, crashAt: 15_000 }, checkpointIntervalMs: 20 })
  const [perShop, letters] = await Promise.all([run.outlet('perShop').collect(), run.outlet('letters').collect()])
  const { outcome, badRecords } = await run.done
  expect(outcome).toBe('finished')
  const sums = new Map<string, number>()
  for (const id of ids) if (id % 10 !== 3 && id % 25 !== 0) sums.set(`s${id % 4}`, (sums.get(`s${id % 4}`) ?? 0) + id)
  expect(new Map(perShop.map(({ key, sum }) => [key, sum]))).toEqual(sums)
  const size = broken.reduce((sum, id) => sum + line(id).length, 0)
  expect(letters.at(-1)).toEqual({ key: 'parse', n: broken.length, size })
  expect(badRecords).toEqual([
    { operator: 'parse', skipped: 0, deadLettered: broken.length },
    { operator: 'shops.combine', skipped: shopless.length, deadLettered: 0 },
  ])
}, 60_000)

test('the command line says at the end what was left out', async () => {
  const path = fileURLToPath(new URL('./jobs/orders-job.js', import.meta.url))
  const { exitCode, stderr } = await millrace(['run', path, '--workers', '2', '--config', 'count=1000', '--no-outlets'])
  expect(stderr).toMatch(
    /finished after \d+:\d\d\n {2}bad records of parse: 100 dead letters\n {2}bad records of shops\.combine: 40 skipped\n$/,
  )
  expect(exitCode).toBe(0)
})
