import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { launch } from '../../src/index.ts'
import { jobNamed, temporaryDir } from './run-job.ts'

const opening = await jobNamed('opening')

test('a worker that still opens an attempt which failed elsewhere closes all of it before the next one opens', async () => {
  const diary = join(temporaryDir(), 'diary')
  const run = await launch(opening, { workers: 2, chaining: 'off', config: { diary }, restart: { backoff: { minMs: 1, maxMs: 1 } } })
  expect(((await run.outlet('rows').collect()) as number[]).length).toBe(30)
  await run.done
  const lines = readFileSync(diary, 'utf8').split('\n').slice(0, -1)
  const firstOfNext = lines.findIndex((line) => line.endsWith('open 1 in attempt 2'))
  expect(lines.findLastIndex((line) => line.endsWith('1 in attempt 1'))).toBeLessThan(firstOfNext)
  expect(lines.filter((line) => line.startsWith('close 1 in attempt 2'))).toHaveLength(2)
})
