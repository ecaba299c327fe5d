import { expect, test } from 'vitest'
import { WINDOW_CASES } from './cases/window.ts'
import { mismatches } from './run-case.ts'

test.each(WINDOW_CASES.map((flinkCase) => [flinkCase.name, flinkCase] as const))('%s', async (_, flinkCase) => {
  expect(await mismatches(flinkCase)).toEqual([])
})
