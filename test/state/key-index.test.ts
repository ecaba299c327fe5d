import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalKey } from '../../src/core/key.ts'
import { hashKey } from '../../src/core/key-hash.ts'
import type { Key } from '../../src/core/key-hash.ts'
import { LEFT_OUT, chunkKeysOf } from '../../src/state/key-groups.ts'
import { KeyIndex } from '../../src/state/key-index.ts'
import { NewerKeys } from '../../src/state/newer-keys.ts'
import { decodeChunk, encodeChunk } from '../../src/state/state-chunk.ts'
import { anyKey } from './keys.ts'

/** Many of them occur again; some are short, some not. */
const asciiText = fc.oneof(fc.stringMatching(/^[ab]{0,10}$/), fc.stringMatching(/^key-[0-9]{1,4}$/))

/** Slots of texts that a chunk has. */
function slotsOf(index: KeyIndex, texts: readonly string[], without: NewerKeys | null = null): Int32Array {
  const slots = new Int32Array(texts.length)
  const { keys } = chunkKeysOf({ keyAt: (row) => texts[row]! }, Int32Array.from(texts.keys()))
  const rows = { rows: texts.length, dirty: new Uint8Array(texts.length), columns: new Map() }
  const { textKeys } = decodeChunk(encodeChunk({ kind: 'keys', signature: 'keys', groups: 1, group: 0, ...keys, ...rows }))
  index.takeTexts(textKeys, slots, without)
  return slots
}

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

  test('texts that come as bytes are the keys that they would be as strings, whatever is used, removed or added meanwhile', () => {
    const step = fc.constantFrom('bytes', 'bytes', 'bytes', 'string', 'find', 'remove')
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(asciiText, anyKey), step), { maxLength: 300 }), (steps) => {
        const index = new KeyIndex()
        const oracle = new Map<string, number>()
        for (const [key, kind] of steps) {
          const text = canonicalKey(key)
          const known = oracle.get(text) ?? -1
          if (kind === 'find') expect(index.find(key)).toBe(known)
          else if (kind === 'remove') {
            if (known === -1) continue
            index.remove(known)
            oracle.delete(text)
          } else {
            const slot = kind === 'bytes' && typeof key === 'string' ? slotsOf(index, [key])[0]! : index.slotOf(key)
            if (known !== -1) expect(slot).toBe(known)
            else expect([...oracle.values()]).not.toContain(slot)
            oracle.set(text, slot)
          }
          expect(index.live).toBe(oracle.size)
        }
        for (const [text, slot] of oracle) expect(canonicalKey(index.keyAt(slot))).toBe(text)
      }),
    )
  })

  test('of 100,000 texts that came as bytes each is found, also when most of them have been used or removed', () => {
    const index = new KeyIndex()
    const keyOf = (i: number): string => `account-${i}`
    let wrong = 0
    for (let from = 0; from < 100_000; from += 1000) {
      const slots = slotsOf(
        index,
        Array.from({ length: 1000 }, (_, i) => keyOf(from + i)),
      )
      slots.forEach((slot, i) => (wrong += slot === from + i ? 0 : 1))
    }
    for (let i = 0; i < 100_000; i++) if (i % 3 === 0 && index.slotOf(keyOf(i)) !== i) wrong++
    for (let i = 0; i < 100_000; i++) if (i % 3 === 1) index.remove(i)
    for (let i = 0; i < 100_000; i++) {
      if (index.find(keyOf(i)) !== (i % 3 === 1 ? -1 : i)) wrong++
      if (i % 3 !== 1 && index.keyAt(i) !== keyOf(i)) wrong++
    }
    expect(wrong).toBe(0)
  })

  test('of the texts of a chunk those are left out, and leave no slot, of which newer chunks have said everything', () => {
    const texts = fc.uniqueArray(fc.oneof(asciiText, fc.string()), { maxLength: 50 })
    fc.assert(
      fc.property(texts, fc.array(anyKey), (all, others) => {
        const newer = new NewerKeys()
        for (const key of [...all.filter((_, i) => i % 3 === 0), ...others]) newer.add(key)
        const index = new KeyIndex()
        const slots = slotsOf(index, all, newer)
        all.forEach((text, i) => {
          expect(slots[i] === LEFT_OUT).toBe(newer.has(text))
          if (slots[i] !== LEFT_OUT) expect(index.keyAt(slots[i]!)).toBe(text)
        })
        expect(index.size).toBe(all.filter((text) => !newer.has(text)).length)
      }),
    )
  })

  test('a text that is too large to be kept as bytes is kept as a string', () => {
    const index = new KeyIndex()
    const texts = ['x'.repeat(2 ** 24), 'account-1']
    expect([...slotsOf(index, texts)]).toEqual([0, 1])
    expect(texts.map((text) => index.find(text))).toEqual([0, 1])
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
