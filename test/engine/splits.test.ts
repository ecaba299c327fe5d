import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { launch } from '../../src/index.ts'
import { jobNamed, temporaryDir } from './run-job.ts'

const splits = await jobNamed('splits')

test('a job whose splits are not those of its checkpoint is refused: its positions would mean other records', async () => {
  const dir = temporaryDir()
  const paths = ['a', 'b', 'c', 'd'].map((name) => join(dir, name))
  for (const path of paths) writeFileSync(path, 'x\n'.repeat(100))
  const [a, b, c, d] = paths as [string, string, string, string]
  const stopAfterStart = async (config: unknown): Promise<unknown> =>
    (await launch(splits, { workers: 2, stateDir: join(dir, 'state'), config })).stop()

  expect(await stopAfterStart({ splits: 4, paths: [a, b, c] })).toMatchObject({ outcome: 'stopped' })
  const refused = { code: 'MR_STATE_INCOMPATIBLE' }
  await expect(stopAfterStart({ splits: 5, paths: [a, b, c] })).rejects.toMatchObject({ ...refused, operator: 'rows' })
  await expect(stopAfterStart({ splits: 3, paths: [a, b, c] })).rejects.toMatchObject({ ...refused, operator: 'rows' })
  await expect(stopAfterStart({ splits: 4, paths: [b, a, c] })).rejects.toMatchObject({ ...refused, operator: 'lines' })
  await expect(stopAfterStart({ splits: 4, paths: [a, b] })).rejects.toMatchObject({ ...refused, operator: 'lines' })
  expect(await stopAfterStart({ splits: 4, paths: [a, b, c, d] })).toMatchObject({ outcome: 'stopped' })
})
