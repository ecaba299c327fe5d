import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WORKING_FILTER_BITS_MAX } from '../../src/limits.ts'
import { RowFilter } from '../../src/storage/working-state/row-filter.ts'

/** A hash of a number in which each bit depends on all of them. */
function hashOf(n: number): number {
  let hash = Math.imul(n ^ (n >>> 16), 0x7feb352d)
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b)
  return hash ^ (hash >>> 16)
}

test('what was added may be there, whatever its hash', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (hashes) => {
      const filter = new RowFilter()
      for (const hash of hashes) filter.add(hash)
      expect(hashes.filter((hash) => !filter.mayHave(hash))).toEqual([])
    }),
  )
})

test('of what was never added nearly nothing may be there, however many were added', () => {
  const filter = new RowFilter()
  const falsely = (): number => {
    let found = 0
    for (let n = 1; n <= 10_000; n++) if (filter.mayHave(hashOf(-n))) found++
    return found / 10_000
  }
  expect(falsely()).toBe(0)
  for (let n = 1; n <= 300_000; n++) filter.add(hashOf(n))
  for (let n = 1; n <= 300_000; n++) if (!filter.mayHave(hashOf(n))) throw new Error(`${n} is gone`)
  expect(falsely()).toBeLessThan(0.06)
})

test('without room for more keys, every key may be there', () => {
  const filter = new RowFilter()
  // 16 bits a key, in filters of growing size.
  for (let n = 1; n <= WORKING_FILTER_BITS_MAX / 8; n++) filter.add(hashOf(n))
  expect(filter.mayHave(hashOf(-1))).toBe(true)
  expect(filter.mayHave(hashOf(1))).toBe(true)
})
