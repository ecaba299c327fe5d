import { expect, test } from 'vitest'
import { INTERVAL_JOIN_CASES } from './cases/interval-join.ts'
import { withBackends } from './run-case.ts'

test.each(withBackends(INTERVAL_JOIN_CASES))('%s (%s)', async (_, __, mismatches) => {
  expect(await mismatches()).toEqual([])
})
