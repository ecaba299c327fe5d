import { expect, test } from 'vitest'
import { SESSION_CASES } from './cases/session.ts'
import { withBackends } from './run-case.ts'

test.each(withBackends(SESSION_CASES))('%s (%s)', async (_, __, mismatches) => {
  expect(await mismatches()).toEqual([])
})
