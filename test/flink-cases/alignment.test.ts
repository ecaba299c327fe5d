import { expect, test } from 'vitest'
import { ALIGNMENT_CASES } from './cases/alignment.ts'
import { mismatches } from './run-case.ts'

test.each(ALIGNMENT_CASES.map((flinkCase) => [flinkCase.name, flinkCase] as const))('%s', async (_, flinkCase) => {
  expect(await mismatches(flinkCase)).toEqual([])
})
