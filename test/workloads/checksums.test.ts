import { describe, expect, test } from 'vitest'
import { isQuery, loadLoops, QUERIES } from '../../bench/loops/registry.ts'
import { spanOf } from '../../bench/workloads/span.ts'
import { AGREED } from './agreed.ts'

describe('the loops give the agreed checksums', () => {
  for (const query of QUERIES) {
    const { count, checksum, rows } = AGREED[query]
    test(`${query} of ${count} records`, async () => {
      const { naive, best } = await loadLoops(query)
      expect(naive(spanOf(0, count))).toMatchObject({ checksum, rows })
      if (best !== undefined) expect(best(spanOf(0, count))).toMatchObject({ checksum, rows })
    })
  }
})

test('q0 counts the characters of url and channel', async () => {
  const { naive } = await loadLoops('q0')
  expect(naive(spanOf(0, 1_000_000)).characters).toBe(55101273)
})

test('a name is a query only when a loop exists for it', () => {
  expect(QUERIES.every(isQuery)).toBe(true)
  expect(isQuery('q6')).toBe(false)
  expect(isQuery('toString')).toBe(false)
})
