import { expect, test } from 'vitest'
import { SESSION_CASES } from './cases/session.ts'
import { mismatches } from './run-case.ts'

test.each(SESSION_CASES.map((flinkCase) => [flinkCase.name, flinkCase] as const))('%s', async (_, flinkCase) => {
  expect(await mismatches(flinkCase)).toEqual([])
})
