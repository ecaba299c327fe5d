import { expect, test } from 'vitest'
import { TRIGGER_CASES } from './cases/trigger.ts'
import { mismatches } from './run-case.ts'

test.each(TRIGGER_CASES.map((flinkCase) => [flinkCase.name, flinkCase] as const))('%s', async (_, flinkCase) => {
  expect(await mismatches(flinkCase)).toEqual([])
})
