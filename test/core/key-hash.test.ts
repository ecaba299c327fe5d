import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalKey, keyOfCanonical } from '../../src/core/key.ts'
import { hashAscii, hashInt, hashKey, hashText, KEY_HASH_VERSION, keyGroupOf } from '../../src/core/key-hash.ts'
import type { Key } from '../../src/core/key-hash.ts'
import { MillraceError } from '../../src/errors.ts'
import { anyKey } from '../state/keys.ts'

/** MurmurHash3_x86_32 over bytes, written from its description, to check the word-at-a-time one. */
const murmur3 = (bytes: Uint8Array, seed: number): number => {
  const rotl = (x: number, n: number): number => (x << n) | (x >>> (32 - n))
  const scramble = (k: number): number => Math.imul(rotl(Math.imul(k, 0xcc9e2d51), 15), 0x1b873593)
  let h = seed
  const whole = bytes.length - (bytes.length % 4)
  for (let i = 0; i < whole; i += 4) {
    const k = bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24)
    h = (Math.imul(rotl(h ^ scramble(k), 13), 5) + 0xe6546b64) | 0
  }
  let k = 0
  for (let i = bytes.length - 1; i >= whole; i--) k = (k << 8) | bytes[i]
  if (whole < bytes.length) h ^= scramble(k)
  h ^= bytes.length
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

const known: [Key, number][] = [
  [0, 0x92ca2f0e],
  [1, 0x36deb503],
  [-1, 0x3b66b2aa],
  [2147483647, 0x56673fa7],
  [-2147483648, 0xbd12a56a],
  [1.5, 0x1bd9827f],
  [2147483648, 0x9f9f2ed6],
  ['', 0x0e273638],
  ['a', 0x59ff5004],
  ['ab', 0x2b3472df],
  ['shop-1234', 0x5d54b789],
  ['Zürich 🏔', 0x996584d0],
  ['\ud800', 0x0ca3180a],
  [1n, 0xdc901a13],
  [-(2n ** 70n), 0x59fbe5ec],
  [true, 0x12bc8390],
  [false, 0x3cd6e3f3],
  [[], 0x4b49fa20],
  [[1], 0xcf55eb71],
  [['a', 1], 0x6aa55032],
  [[['a'], true, 5n], 0x6405eaee],
]

describe('hashKey', () => {
  test('version 1 gives the same numbers for ever: a change needs a new version', () => {
    expect(KEY_HASH_VERSION).toBe(1)
    expect(known.map(([key]) => hashKey(key).toString(16))).toEqual(known.map(([, hash]) => hash.toString(16)))
  })

  test('strings are hashed with MurmurHash3 over their UTF-16 code units', () => {
    expect(murmur3(new TextEncoder().encode('hello'), 0)).toBe(0x248bfa47)
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.nat(),
        (text, seed) => hashText(text, seed) === murmur3(Buffer.from(text, 'utf16le'), seed),
      ),
    )
  })

  test('hashAscii is hashKey of the text that the bytes are', () => {
    const ascii = fc.string({ unit: 'binary-ascii', maxLength: 40 })
    fc.assert(fc.property(ascii, (text) => hashAscii(Buffer.from(`.${text}.`), 1, 1 + text.length) === hashKey(text)))
  })

  test('hashInt is hashKey for int32 numbers, and -0 is 0', () => {
    fc.assert(fc.property(fc.integer(), (n) => hashInt(n) === hashKey(n)))
    expect(hashKey(-0)).toBe(hashKey(0))
    expect(hashKey([-0])).toBe(hashKey([0]))
  })

  test('keys that look alike hash apart', () => {
    const alike: Key[] = [1, 1n, '1', true, [1], [[1]], ['1'], '[1]', 1.0000000000000002]
    expect(new Set(alike.map(hashKey)).size).toBe(alike.length)
  })

  test.each([
    ['NaN', NaN, 'NaN'],
    ['Infinity', Infinity, 'Infinity'],
    ['-Infinity', -Infinity, '-Infinity'],
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['an object', {}, 'an object'],
    ['a Date', new Date(0), 'an object of class Date'],
    ['a symbol', Symbol('x'), 'a symbol'],
    ['a function', () => 1, 'a function'],
  ])('%s is refused, and the error says what it was', (_, value, shown) => {
    for (const refuse of [() => hashKey(value as Key), () => canonicalKey(value as Key)]) {
      expect(refuse).toThrow(expect.objectContaining({ code: 'MR_KEY_INVALID', message: expect.stringContaining(shown) }))
    }
    expect(() => hashKey(['a', [value as Key]])).toThrow(MillraceError)
    expect(() => canonicalKey(['a', [value as Key]])).toThrow(/key\[1\]\[0\] is/)
  })

  test('a tuple that contains itself is refused', () => {
    const tuple: unknown[] = []
    tuple.push(tuple)
    expect(() => hashKey(tuple as Key)).toThrow(MillraceError)
    expect(() => canonicalKey(tuple as Key)).toThrow(MillraceError)
  })
})

describe('canonicalKey', () => {
  test('is read back as the same key', () => {
    fc.assert(fc.property(anyKey, (key) => canonicalKey(keyOfCanonical(canonicalKey(key))) === canonicalKey(key)))
    expect(keyOfCanonical(canonicalKey(['a:1', [-5n, 1.5, true], '']))).toEqual(['a:1', [-5n, 1.5, true], ''])
  })

  test('any other text is refused as damaged', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('s', 'n', 'i', 't', '[', ']', '1', ':', ';') })), (text) => {
        try {
          return canonicalKey(keyOfCanonical(text)) === text
        } catch (error) {
          return error instanceof MillraceError && error.code === 'MR_STATE_CORRUPT'
        }
      }),
    )
    expect(() => keyOfCanonical('['.repeat(100_000))).toThrow(MillraceError)
  })
})

describe('distribution over key groups', () => {
  const groups = 128
  const perGroup = 500
  const count = groups * perGroup
  const kinds: [string, (i: number) => Key][] = [
    ['consecutive integers', (i) => i],
    ['negative integers', (i) => -i],
    ['multiples of 1,024', (i) => i * 1024],
    ['timestamps', (i) => 1_700_000_000_000 + i * 1000],
    ['fractions', (i) => i / 7],
    ['numbered strings', (i) => `shop-${i}`],
    ['hexadecimal strings', (i) => (i * 65_537).toString(16).padStart(12, '0')],
    ['strings of one character', (i) => String.fromCharCode(i)],
    ['bigints', (i) => BigInt(i)],
    ['pairs', (i) => [i % 250, Math.floor(i / 250)]],
    ['pairs of strings', (i) => [`JFK-${i % 250}`, `LAX-${Math.floor(i / 250)}`]],
  ]
  test.each(kinds)('%s spread evenly', (_, keyOf) => {
    const counts = new Int32Array(groups)
    for (let i = 0; i < count; i++) counts[keyGroupOf(keyOf(i), groups)]++
    const chiSquare = counts.reduce((sum, n) => sum + (n - perGroup) ** 2 / perGroup, 0)
    // 127 degrees of freedom: mean 127, deviation 16. Beyond five deviations it is no accident.
    expect(chiSquare).toBeLessThan(127 + 5 * 16)
  })
})
