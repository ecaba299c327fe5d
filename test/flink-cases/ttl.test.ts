import { expect, test } from 'vitest'
import { TTL_CASES } from './cases/ttl.ts'
import { mismatches } from './run-case.ts'

test.each(TTL_CASES.map((flinkCase) => [flinkCase.name, flinkCase] as const))('%s', async (_, flinkCase) => {
  expect(await mismatches(flinkCase)).toEqual([])
})
