import { expect, test } from 'vitest'
import { launch } from '../../../src/index.ts'
import { collect, jobNamed } from '../../engine/run-job.ts'

const documents = await jobNamed('documents')

// 1,024 of them are more than the 256 MiB of one batch.
const CHARACTERS = 300_000
const options = { workers: 1, transport: 'ring', lingerMs: 10_000, freezeRecords: false } as const

test('made records of which a batch would be too large cross in smaller ones', async () => {
  const count = 2_048
  const lengths = await collect(documents, { ...options, config: { pushed: false, count, characters: CHARACTERS } }, 'lengths')
  expect(lengths).toEqual(Array.from({ length: count }, (_, n) => ({ n, length: n < count / 2 ? 4 : CHARACTERS })))
})

test('pushed records of which a batch would be too large cross in smaller ones', async () => {
  const run = await launch(documents, { ...options, config: { pushed: true, count: 0, characters: CHARACTERS } })
  const reader = run.outlet('lengths').collect()
  for (let n = 0; n < 1_024; n++) await run.inlet('documents').push({ n, text: `${n}`.padEnd(CHARACTERS) })
  await run.stop({ drain: true })
  expect(await reader).toEqual(Array.from({ length: 1_024 }, (_, n) => ({ n, length: CHARACTERS })))
})
