import { expect, test } from 'vitest'
import { TRIGGER_CASES } from './cases/trigger.ts'
import { withBackends } from './run-case.ts'

test.each(withBackends(TRIGGER_CASES))('%s (%s)', async (_, __, mismatches) => {
  expect(await mismatches()).toEqual([])
})
