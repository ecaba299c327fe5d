import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalKey } from '../../src/core/key.ts'
import { hashKey } from '../../src/core/key-hash.ts'
import type { Key } from '../../src/core/key-hash.ts'
import { KeyIndex } from '../../src/state/key-index.ts'
import { anyKey } from './keys.ts'

describe('KeyIndex', () => {
  test('numbers keys by first arrival, as a Map by canonical text does', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyKey, fc.constantFrom('slot', 'slot', 'slot', 'find', 'clear')), { maxLength: 200 }), (steps) => {
        const index = new KeyIndex()
        const oracle = new Map<string, number>()
        const keys: Key[] = []
        for (const [key, step] of steps) {
          const text = canonicalKey(key)
          if (step === 'clear' && keys.length > 20) {
            index.clear()
            oracle.clear()
            keys.length = 0
          }
          expect(index.find(key)).toBe(oracle.get(text) ?? -1)
          if (step === 'find') continue
          if (!oracle.has(text)) {
            oracle.set(text, keys.length)
            keys.push(key)
          }
          expect(index.slotOf(key)).toBe(oracle.get(text))
          expect(index.size).toBe(keys.length)
        }
        keys.forEach((key, slot) => {
          expect(canonicalKey(index.keyAt(slot))).toBe(canonicalKey(key))
          expect(index.hashAt(slot)).toBe(hashKey(key))
        })
      }),
    )
  })

  test.each([
    ['consecutive', (i: number) => i],
    ['descending', (i: number) => -i],
    ['multiples of 65,536', (i: number) => (i << 16) | (i >>> 16)],
    ['scattered', (i: number) => Math.imul(i, 0x85ebca6b)],
  ])('finds 100,000 %s integers after growing', (_, keyOf) => {
    const index = new KeyIndex()
    let wrong = 0
    for (let i = 0; i < 100_000; i++) if (index.slotOfInt(keyOf(i)) !== i) wrong++
    for (let i = 0; i < 100_000; i++) if (index.find(keyOf(i)) !== i || index.keyAt(i) !== keyOf(i)) wrong++
    expect(wrong).toBe(0)
    expect(index.size).toBe(100_000)
  })

  test('a tuple that its caller changes later stays the key that it was', () => {
    const index = new KeyIndex()
    const tuple: Key[] = ['a', [1]]
    const slot = index.slotOf(tuple)
    tuple[0] = 'b'
    expect(index.keyAt(slot)).toEqual(['a', [1]])
    expect(index.find(['a', [1]])).toBe(slot)
    expect(Object.isFrozen(index.keyAt(slot))).toBe(true)
  })

  test.each([NaN, Infinity, null, undefined, {}, [null], [[NaN]], () => 1])('%s is refused and leaves no slot', (value) => {
    const index = new KeyIndex()
    expect(() => index.slotOf(value as Key)).toThrow(expect.objectContaining({ code: 'MR_KEY_INVALID' }))
    expect(() => index.find(value as Key)).toThrow(expect.objectContaining({ code: 'MR_KEY_INVALID' }))
    expect(index.size).toBe(0)
  })
})
