import { refuseKey } from './key.ts'
import type { Key } from './key.ts'
import { MillraceError } from '../errors.ts'
import { KEY_TUPLE_DEPTH_MAX } from '../limits.ts'

export type { Key } from './key.ts'

/**
 * Version of {@link hashKey}, stored with every checkpoint: key groups, and so the place of all keyed state, depend on it.
 *
 * Version 1, with `fmix32` and the block step of MurmurHash3_x86_32 (Austin Appleby, public domain):
 * - number that is an int32 (`-0` is `0`): `fmix32(n ^ 0x9e3779b9)`
 * - other number: murmur3 of its 8 bytes (IEEE 754, little-endian), seed `0x2f6b1a3d`
 * - string: murmur3 of its UTF-16 code units (little-endian, 2 bytes each; lone surrogates are just code units), seed `0x51ed270b`
 * - bigint: murmur3 of its hexadecimal text (`-` for negatives) in UTF-16, seed `0x7a2d4c91`
 * - boolean: `fmix32(0x3c6ef372 + (b ? 1 : 0))`
 * - tuple: murmur3 of the 32-bit hashes of its parts, 4 bytes each, seed `0x68e31da4`
 */
export const KEY_HASH_VERSION = 1

const INT_TAG = 0x9e3779b9
const DOUBLE_SEED = 0x2f6b1a3d
const STRING_SEED = 0x51ed270b
const BIGINT_SEED = 0x7a2d4c91
const BOOLEAN_TAG = 0x3c6ef372
const TUPLE_SEED = 0x68e31da4

const C1 = 0xcc9e2d51
const C2 = 0x1b873593

/** The finalizer of MurmurHash3: every bit of the input changes about half of the bits of the result (a signed int32). */
const fmix32 = (value: number): number => {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** One 4-byte block of MurmurHash3_x86_32. */
const block = (hash: number, word: number): number => {
  let k = Math.imul(word, C1)
  k = Math.imul((k << 15) | (k >>> 17), C2)
  const h = hash ^ k
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0
}

/** MurmurHash3_x86_32 of the UTF-16 code units of `text`, as a uint32. */
export const hashText = (text: string, seed: number): number => {
  let h = seed | 0
  const length = text.length
  const paired = length & ~1
  for (let i = 0; i < paired; i += 2) h = block(h, text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16))
  if (length & 1) {
    const k = Math.imul(text.charCodeAt(paired), C1)
    h ^= Math.imul((k << 15) | (k >>> 17), C2)
  }
  return fmix32(h ^ (length << 1)) >>> 0
}

/** The {@link hashKey} of the text `bytes[from..to)`, which is ASCII. */
export const hashAscii = (bytes: Uint8Array, from: number, to: number): number => {
  let h = STRING_SEED
  let at = from
  for (; at + 1 < to; at += 2) h = block(h, bytes[at] | (bytes[at + 1] << 16))
  if (at < to) {
    const k = Math.imul(bytes[at], C1)
    h ^= Math.imul((k << 15) | (k >>> 17), C2)
  }
  return fmix32(h ^ ((to - from) << 1)) >>> 0
}

const doubleBits = new Float64Array(1)
const doubleWords = new DataView(doubleBits.buffer)

const hashDouble = (n: number): number => {
  doubleWords.setFloat64(0, n, true)
  const h = block(block(DOUBLE_SEED, doubleWords.getInt32(0, true)), doubleWords.getInt32(4, true))
  return fmix32(h ^ 8) >>> 0
}

const hashTuple = (tuple: readonly Key[], depth: number): number => {
  if (depth > KEY_TUPLE_DEPTH_MAX) {
    throw new MillraceError(
      'MR_KEY_INVALID',
      `a key must be tuples of at most ${KEY_TUPLE_DEPTH_MAX} levels; this one is deeper, or contains itself`,
    )
  }
  let h = TUPLE_SEED
  for (let i = 0; i < tuple.length; i++) {
    const part = tuple[i]
    h = block(h, Array.isArray(part) ? hashTuple(part, depth + 1) : hashKey(part))
  }
  return fmix32(h ^ (tuple.length << 2)) >>> 0
}

/** The hash of a number that is an int32, as a uint32: the same as `hashKey(n)`. */
export const hashInt = (n: number): number => fmix32(n ^ INT_TAG) >>> 0

/**
 * The hash of a key, a uint32, as {@link KEY_HASH_VERSION} specifies it.
 * @throws MR_KEY_INVALID when the value is no key
 */
export const hashKey = (key: Key): number => {
  switch (typeof key) {
    case 'string':
      return hashText(key, STRING_SEED)
    case 'number':
      if ((key | 0) === key) return hashInt(key)
      return Number.isFinite(key) ? hashDouble(key) : refuseKey(key)
    case 'bigint':
      return hashText(key.toString(16), BIGINT_SEED)
    case 'boolean':
      return fmix32(BOOLEAN_TAG + (key ? 1 : 0)) >>> 0
    default:
      return Array.isArray(key) ? hashTuple(key, 1) : refuseKey(key)
  }
}

/**
 * The key group of a key: 0 to `groups` - 1.
 * @param groups the number of key groups of the job (its maximal parallelism), at least 1
 * @throws MR_KEY_INVALID when the value is no key
 */
export const keyGroupOf = (key: Key, groups: number): number => hashKey(key) % groups
