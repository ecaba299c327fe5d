import { MillraceError } from '../errors.ts'
import { KEY_TUPLE_DEPTH_MAX } from '../limits.ts'

/**
 * What records are grouped by: a string, finite number, bigint, boolean, or a tuple of keys.
 * Keys are compared by type and value: `1`, `1n`, `'1'`, `true` and `[1]` are five keys; `-0` and `0` are one.
 * NaN, the infinities, null, undefined and objects are refused with MR_KEY_INVALID.
 */
export type Key = string | number | bigint | boolean | readonly Key[]

/** Keys that a `Map` tells apart by itself (SameValueZero: `-0` is `0`; `1`, `1n`, `'1'` and `true` differ). */
export type PrimitiveKey = Exclude<Key, readonly Key[]>

/** Text for a value that is no key: what it is, without printing what may be large or secret. */
const describe = (value: unknown): string => {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'object') return `a ${typeof value}`
  const name = value.constructor?.name
  return name && name !== 'Object' ? `an object of class ${name}` : 'an object'
}

/** Throws MR_KEY_INVALID that says what the value was; `path` leads to it inside a tuple. */
export const refuseKey = (value: unknown, path = ''): never => {
  throw new MillraceError(
    'MR_KEY_INVALID',
    `a key must be a string, finite number, bigint, boolean or a tuple of them; key${path} is ${describe(value)}`,
  )
}

const refuseDepth = (): never => {
  throw new MillraceError(
    'MR_KEY_INVALID',
    `a key must be tuples of at most ${KEY_TUPLE_DEPTH_MAX} levels; this one is deeper, or contains itself`,
  )
}

/** True for a key that is not a tuple. */
export const isPrimitiveKey = (value: unknown): value is PrimitiveKey => {
  const type = typeof value
  return type === 'string' || (type === 'number' && Number.isFinite(value)) || type === 'bigint' || type === 'boolean'
}

/**
 * A tuple as a frozen private copy, so that a caller who changes its array later cannot change a key.
 * @throws MR_KEY_INVALID
 */
export const copyTuple = (tuple: readonly unknown[], path = '', depth = 1): readonly Key[] => {
  if (depth > KEY_TUPLE_DEPTH_MAX) return refuseDepth()
  const copy: Key[] = []
  for (let i = 0; i < tuple.length; i++) {
    const part = tuple[i]
    const at = `${path}[${i}]`
    if (isPrimitiveKey(part)) copy.push(part === 0 ? 0 : part)
    else copy.push(Array.isArray(part) ? copyTuple(part, at, depth + 1) : refuseKey(part, at))
  }
  return Object.freeze(copy)
}

const canonicalPart = (key: unknown, path: string, depth: number): string => {
  switch (typeof key) {
    case 'string':
      return `s${key.length}:${key}`
    case 'number':
      return Number.isFinite(key) ? `n${key};` : refuseKey(key, path)
    case 'bigint':
      return `i${key.toString(16)};`
    case 'boolean':
      return key ? 't' : 'f'
    default:
      if (!Array.isArray(key)) return refuseKey(key, path)
  }
  if (depth > KEY_TUPLE_DEPTH_MAX) return refuseDepth()
  let text = '['
  for (let i = 0; i < key.length; i++) text += canonicalPart(key[i], `${path}[${i}]`, depth + 1)
  return `${text}]`
}

/**
 * The type-tagged text of a key; two keys are equal exactly when their texts are.
 * `s<length>:<text>`, `n<number>;`, `i<hex>;`, `t`, `f`, and `[...]` around the parts of a tuple. `-0` reads `n0;`.
 * @throws MR_KEY_INVALID
 */
export const canonicalKey = (key: Key): string => canonicalPart(key, '', 1)

/** Reads one key of a canonical text at `at`; the position after it is left in `end`. */
const parsePart = (text: string, at: number, end: { at: number }): Key | undefined => {
  const tag = text[at]
  end.at = at + 1
  if (tag === 't' || tag === 'f') return tag === 't'
  if (tag === '[') {
    const parts: Key[] = []
    while (end.at < text.length && text[end.at] !== ']') {
      const part = parsePart(text, end.at, end)
      if (part === undefined) return undefined
      parts.push(part)
    }
    return end.at++ < text.length ? Object.freeze(parts) : undefined
  }
  const stop = text.indexOf(tag === 's' ? ':' : ';', at)
  if (stop < 0) return undefined
  const body = text.slice(at + 1, stop)
  end.at = stop + 1
  if (tag === 's') return text.slice(stop + 1, (end.at += Number(body)))
  if (tag === 'n') return Number(body)
  return tag === 'i' ? parseHex(body) : undefined
}

const parseHex = (text: string): bigint => (text.startsWith('-') ? -BigInt(`0x${text.slice(1)}`) : BigInt(`0x${text}`))

/**
 * The key whose {@link canonicalKey} the text is.
 * @throws MR_STATE_CORRUPT when it is the text of no key
 */
export const keyOfCanonical = (text: string): Key => {
  const end = { at: 0 }
  let key: Key | undefined
  try {
    key = parsePart(text, 0, end)
    if (key !== undefined && canonicalKey(key) === text) return key
  } catch (cause) {
    throw new MillraceError('MR_STATE_CORRUPT', 'a stored key is damaged', { cause })
  }
  throw new MillraceError('MR_STATE_CORRUPT', 'a stored key is damaged')
}
