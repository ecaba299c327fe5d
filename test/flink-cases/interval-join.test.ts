import { expect, test } from 'vitest'
import { INTERVAL_JOIN_CASES } from './cases/interval-join.ts'
import { mismatches } from './run-case.ts'

test.each(INTERVAL_JOIN_CASES.map((flinkCase) => [flinkCase.name, flinkCase] as const))('%s', async (_, flinkCase) => {
  expect(await mismatches(flinkCase)).toEqual([])
})
