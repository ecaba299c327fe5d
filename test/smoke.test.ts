import { expect, test } from 'vitest'
import { MillraceError } from '../src/errors.ts'

test('an error carries its code, its place and its remedy', () => {
  const error = new MillraceError('MR_OPERATOR_FAILED', 'boom', { operator: 'parse', site: 'job.ts:3:1' })
  expect(error.code).toBe('MR_OPERATOR_FAILED')
  expect(error.message).toContain('operator "parse"')
  expect(error.remedy).toContain('onError')
})
