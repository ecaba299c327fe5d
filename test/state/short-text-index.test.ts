import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KeyIndex } from '../../src/state/key-index.ts'
import { NOT_SHORT, ShortTextIndex } from '../../src/state/short-text-index.ts'

const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 7 })
const anyText = fc.oneof(
  latin1,
  fc.string({ unit: 'binary', maxLength: 10 }),
  fc.constantFrom('', '\0', '\0\0', 'a', 'a\0', 'aaaa', 'aaaaa', 'abcdefg', 'abcdefgh', 'é', '\u0100'),
)

describe('the index of short texts', () => {
  test('gives every text of at most 7 Latin-1 characters one slot, and keeps different ones apart', () => {
    fc.assert(
      fc.property(fc.array(latin1, { maxLength: 400 }), (texts) => {
        const index = new ShortTextIndex()
        const oracle = new Map<string, number>()
        for (const text of texts) {
          const expected = oracle.get(text) ?? oracle.set(text, oracle.size).get(text)!
          expect(index.slotOf(text, expected, true)).toBe(expected)
        }
        for (const [text, slot] of oracle) expect(index.slotOf(text, -5, false)).toBe(slot)
      }),
    )
  })

  test('has no place for longer texts or other characters', () => {
    const index = new ShortTextIndex()
    for (const text of ['abcdefgh', '\u0100', 'a\u4e2d', '\ud800']) expect(index.slotOf(text, 0, true)).toBe(NOT_SHORT)
    expect(index.slotOf('abc', 0, false)).toBe(-2)
  })

  test('finds 200,000 texts after growing', () => {
    const index = new ShortTextIndex()
    for (let n = 0; n < 200_000; n++) index.slotOf(n.toString(36), n, true)
    for (let n = 0; n < 200_000; n += 7) expect(index.slotOf(n.toString(36), -5, false)).toBe(n)
  })

  test('is one with the other keys of an index: short, long, numbers and look-alikes', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(anyText, fc.integer({ min: -5, max: 5 }), fc.boolean()), { maxLength: 200 }), (keys) => {
        const index = new KeyIndex()
        const oracle = new Map<string | number | boolean, number>()
        for (const key of keys) {
          const known = oracle.get(Object.is(key, -0) ? 0 : key)
          expect(index.find(key)).toBe(known ?? -1)
          if (known === undefined) oracle.set(Object.is(key, -0) ? 0 : key, oracle.size)
          const slot = index.slotOf(key)
          expect(slot).toBe(oracle.get(key))
          expect(index.keyAt(slot)).toBe(key === 0 ? 0 : key)
        }
        index.clear()
        expect(keys.every((key) => index.find(key) === -1)).toBe(true)
      }),
    )
  })
})
