import { expect, test } from 'vitest'
import { FAMILIES } from './case.ts'
import { CASES, PENDING } from './families.ts'

const CASES_MIN = 40

test.each(FAMILIES.filter((family) => !PENDING.includes(family)))('there are at least 40 cases about: %s', (family) => {
  expect(CASES[family].length).toBeGreaterThanOrEqual(CASES_MIN)
})

test('what is pending is pending: no family is left in the list that has its cases', () => {
  expect(PENDING.filter((family) => CASES[family].length >= CASES_MIN)).toEqual([])
})

test.each(FAMILIES)('each case names where Flink states it, and no two are the same: %s', (family) => {
  const cases = CASES[family]
  expect(cases.filter(({ source }) => !/^(flink-|https:\/\/nightlies\.apache\.org\/flink\/)/.test(source))).toEqual([])
  expect(new Set(cases.map(({ name, source }) => `${source} ${name}`)).size).toBe(cases.length)
})
