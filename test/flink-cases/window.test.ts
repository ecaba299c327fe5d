import { expect, test } from 'vitest'
import { WINDOW_CASES } from './cases/window.ts'
import { withBackends } from './run-case.ts'

test.each(withBackends(WINDOW_CASES))('%s (%s)', async (_, __, mismatches) => {
  expect(await mismatches()).toEqual([])
})
