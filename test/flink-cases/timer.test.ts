import { expect, test } from 'vitest'
import { TIMER_CASES } from './cases/timer.ts'
import { mismatches } from './run-case.ts'

test.each(TIMER_CASES.map((flinkCase) => [flinkCase.name, flinkCase] as const))('%s', async (_, flinkCase) => {
  expect(await mismatches(flinkCase)).toEqual([])
})
