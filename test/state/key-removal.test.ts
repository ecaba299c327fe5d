import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalKey } from '../../src/core/key.ts'
import type { Key } from '../../src/core/key-hash.ts'
import { KeyIndex } from '../../src/state/key-index.ts'
import { KeyTable } from '../../src/state/key-table.ts'
import { anyKey, smallKey } from './keys.ts'

/** Many that fall to the same places of the tables. */
const crowdedKey = fc.oneof(
  smallKey,
  fc.integer({ min: 0, max: 40 }).map((n) => n << 26),
  fc.integer({ min: 0, max: 60 }).map((n) => `k${n}`),
  anyKey,
)

describe('removed keys', () => {
  test('are as if they had never come, and their slots go to others', () => {
    const moves = fc.array(fc.tuple(crowdedKey, fc.constantFrom('add', 'add', 'remove')), { maxLength: 400 })
    fc.assert(
      fc.property(moves, (all) => {
        const index = new KeyIndex()
        const oracle = new Map<string, { key: Key; slot: number }>()
        let most = 0
        for (const [key, move] of all) {
          const text = canonicalKey(key)
          const known = oracle.get(text)
          expect(index.find(key)).toBe(known?.slot ?? -1)
          if (move === 'remove') {
            if (known !== undefined) index.remove(known.slot)
            oracle.delete(text)
          } else if (known === undefined) {
            const slot = index.slotOf(key)
            expect([...oracle.values()].some((other) => other.slot === slot)).toBe(false)
            oracle.set(text, { key, slot })
            most = Math.max(most, oracle.size)
            expect(index.size).toBe(most)
          }
        }
        for (const [text, { key, slot }] of oracle) {
          expect(index.slotOf(key)).toBe(slot)
          expect(canonicalKey(index.keyAt(slot))).toBe(text)
        }
      }),
    )
  })

  test.each([
    ['integers', (n: number): Key => Math.imul(n, 0x85ebca6b)],
    ['short texts', (n: number): Key => n.toString(36)],
    ['long texts', (n: number): Key => `a longer text ${n}`],
  ])('a window of %s that moves on keeps as many slots as it is wide', (_, keyOf) => {
    const index = new KeyIndex()
    for (let n = 0; n < 50_000; n++) {
      index.slotOf(keyOf(n))
      if (n >= 1_000) index.remove(index.find(keyOf(n - 1_000)))
    }
    expect(index.size).toBe(1_001)
    expect(index.find(keyOf(48_998))).toBe(-1)
    expect(index.keyAt(index.find(keyOf(49_500)))).toBe(keyOf(49_500))
  })
})

describe('a table of keys', () => {
  test('keeps a key while something is kept for it, and forgets it with the next sweep after', () => {
    const table = new KeyTable()
    const [a, b, c] = ['a', 'b', 'c'].map((key) => table.slotOf(key)) as [number, number, number]
    table.use(a)
    table.use(b)
    table.release(b)
    table.use(b)
    table.sweep()
    expect([table.find('a'), table.find('b'), table.find('c')]).toEqual([a, b, -1])
    table.release(a)
    table.sweep()
    expect([...table.usedSlots()]).toEqual([b])
    expect(new Set([table.slotOf('d'), table.slotOf('e')])).toEqual(new Set([a, c]))
  })
})
