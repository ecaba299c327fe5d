import { Packr } from 'msgpackr'
import { packValues as packTagged, unpackValues as unpackTagged } from '../codec/value-packing.ts'
import { isWellFormed } from '../codec/well-formed.ts'
import { MillraceError } from '../errors.ts'

/** How arbitrary values (custom accumulators, values of a ValueTable) become the bytes of a column in a chunk. */
export interface ValuePacker {
  /** @throws MR_RECORD_NOT_SERIALIZABLE, or anything, for a value that would not come back as it was */
  pack(values: readonly unknown[]): Uint8Array
  unpack(bytes: Uint8Array): unknown[]
}

const refuse = (path: string, what: string): never => {
  throw new MillraceError('MR_RECORD_NOT_SERIALIZABLE', `state must be plain data; value${path} is ${what}`)
}

const isLeafObject = (value: object): boolean => value instanceof Date || ArrayBuffer.isView(value) || value instanceof ArrayBuffer

/** msgpackr drops functions, symbols and prototypes without a word: so they are looked for first. */
const requirePlain = (value: unknown, path: string): void => {
  if (typeof value === 'function' || typeof value === 'symbol') refuse(path, `a ${typeof value}`)
  if (typeof value !== 'object' || value === null || isLeafObject(value)) return
  if (Array.isArray(value) || value instanceof Set) {
    let i = 0
    for (const part of value) requirePlain(part, `${path}[${i++}]`)
  } else if (value instanceof Map) {
    for (const [key, part] of value) {
      requirePlain(key, `${path} key`)
      requirePlain(part, `${path}[${typeof key === 'object' ? 'object' : String(key)}]`)
    }
  } else {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) refuse(path, `an object of class ${value.constructor?.name}`)
    for (const name of Object.keys(value)) requirePlain((value as Record<string, unknown>)[name], `${path}.${name}`)
  }
}

/** Whether {@link requirePlain} would pass, and {@link survives}; true is certain, false may be too careful. */
const isPlain = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return typeof value !== 'function' && typeof value !== 'symbol' && isKept(value)
  if (Array.isArray(value)) return !hasHoles(value) && value.every(isPlain)
  if (Object.getPrototypeOf(value) !== Object.prototype) return false
  for (const name in value) if (!isKeptName(name) || !isPlain((value as Record<string, unknown>)[name])) return false
  return true
}

/** False for -0, which msgpackr reads as 0, and for texts with lone surrogates. */
export const isKept = (value: unknown): boolean => {
  if (typeof value === 'number') return value !== 0 || 1 / value > 0
  return typeof value !== 'string' || isWellFormed(value)
}

export const hasHoles = (items: readonly unknown[]): boolean => {
  for (let i = 0; i < items.length; i++) if (items[i] === undefined && !(i in items)) return true
  return false
}

export const isKeptName = (name: string): boolean => name !== '__proto__' && isWellFormed(name)

/** Whether msgpackr gives data back as it was. */
const survives = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return isKept(value)
  if (isLeafObject(value)) return !Buffer.isBuffer(value)
  if (Array.isArray(value) && hasHoles(value)) return false
  if (Array.isArray(value) || value instanceof Set) return [...value].every(survives)
  if (value instanceof Map) return [...value].every(([key, part]) => survives(key) && survives(part))
  return Object.entries(value).every(([name, part]) => isKeptName(name) && survives(part))
}

const packr = new Packr({ useRecords: true, moreTypes: true, useBigIntExtension: true, copyBuffers: true, useToJSON: false } as object)

/** What msgpackr would not give back as it was: it travels tagged, as the codec of records has it. */
interface Tagged {
  readonly count: number
  readonly tagged: Uint8Array
}

/** Plain data, Map, Set, Date, bigint, typed arrays, undefined; anything else is refused. */
export const msgpackrPacker: ValuePacker = {
  pack: (values) => {
    // Which value is wrong, and where, is asked once it is known that one is.
    if (isPlain(values)) return packr.pack(values)
    requirePlain(values, '')
    if (survives(values)) return packr.pack(values)
    const tagged = new Uint8Array(packTagged(values, 'value', {}).bytes)
    return packr.pack({ count: values.length, tagged } satisfies Tagged)
  },
  unpack: (bytes) => {
    const stored = packr.unpack(bytes) as unknown[] | Tagged
    if (Array.isArray(stored) || !(stored?.tagged instanceof Uint8Array)) return stored as unknown[]
    const { buffer, byteOffset, length } = stored.tagged
    return unpackTagged(Buffer.from(buffer, byteOffset, length), 0, length, stored.count, true)
  },
}

/**
 * Packs a column of values.
 * @throws MR_RECORD_NOT_SERIALIZABLE that says of what state the value is
 */
export const packValues = (packer: ValuePacker, values: readonly unknown[], what: string): Uint8Array => {
  try {
    return packer.pack(values)
  } catch (cause) {
    const why = cause instanceof Error ? `: ${cause.message}` : ''
    throw new MillraceError('MR_RECORD_NOT_SERIALIZABLE', `${what} cannot be stored in a checkpoint${why}`, { cause })
  }
}

/**
 * Unpacks as many values as there are rows.
 * @throws MR_STATE_CORRUPT
 */
export const unpackValues = (packer: ValuePacker, bytes: unknown, rows: number): unknown[] => {
  let cause: unknown
  try {
    const values = bytes instanceof Uint8Array ? packer.unpack(bytes) : undefined
    if (Array.isArray(values) && values.length === rows) return values
  } catch (error) {
    cause = error
  }
  throw new MillraceError('MR_STATE_CORRUPT', 'a chunk of state is damaged: its values cannot be decoded', { cause })
}
