import { expect, test } from 'vitest'
import { IDLENESS_CASES } from './cases/idleness.ts'
import { mismatches } from './run-case.ts'

test.each(IDLENESS_CASES.map((flinkCase) => [flinkCase.name, flinkCase] as const))('%s', async (_, flinkCase) => {
  expect(await mismatches(flinkCase)).toEqual([])
})
