import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { KEYS, WORDS } from './jobs/exact.ts'

/** The files of the job `exact`, against plain loops: nothing lost, nothing twice. */
export function expectExactResults(dir: string, count: number): void {
  const steps = new Map<string, number>()
  for (const line of linesOf(dir, 'steps.txt')) steps.set(line, (steps.get(line) ?? 0) + 1)
  const sums = Array.from({ length: KEYS }, (_, key) => ({ key, n: 0, sum: 0, max: -Infinity, total: { rows: 0, sum: 0 } }))
  const words = new Map<string, number>()
  for (let n = 0; n < count; n++) {
    const of = sums[n % KEYS]!
    sums[n % KEYS] = { key: of.key, n: of.n + 1, sum: of.sum + n, max: n, total: { rows: of.n + 1, sum: of.sum + n } }
    for (const word of [`w${n % WORDS}`, 'all']) words.set(word, (words.get(word) ?? 0) + 1)
  }
  const repeated = [...steps.values()].filter((times) => times > 1).length
  expect({ steps: steps.size, repeated }).toEqual({ steps: count, repeated: 0 })
  const found = linesOf(dir, 'sums.jsonl').map((line) => JSON.parse(line) as { key: number })
  expect(found.sort((a, b) => a.key - b.key)).toEqual(sums)
  const expectedWords = [...words].map(([word, times]) => `${word},${times}`)
  expect(linesOf(dir, 'words.csv').sort()).toEqual(['key,count', ...expectedWords].sort())
}

function linesOf(dir: string, name: string): string[] {
  const text = readFileSync(join(dir, name), 'utf8')
  expect(text.endsWith('\n')).toBe(true)
  return text.split('\n').slice(0, -1)
}
