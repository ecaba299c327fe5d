import { MillraceError } from '../errors.ts'
import { VALUE_DEPTH_MAX } from '../limits.ts'
import { isPlainDate } from './kind.ts'
import { bytesCodeOf } from './value-tags.ts'
import { isWellFormed } from './well-formed.ts'

/** Objects and keys from the record down to the value that is being looked at. */
const ancestors: object[] = []
const trail: (string | number)[] = []

/** Where a value that is not plain data was found, and what it is. Never leaves this folder: callers add their context. */
class NotPlain extends Error {
  readonly path: string
  readonly what: string
  constructor(path: string, what: string) {
    super(what)
    this.path = path
    this.what = what
  }
}

/** What an error message says beside the path. */
export interface RecordContext {
  readonly operator?: string
  readonly site?: string
}

/**
 * Throws MR_RECORD_NOT_SERIALIZABLE, with the path of the value (`a.b[3]`), unless `record` is plain data: null, undefined, booleans,
 * numbers, bigints, strings, Date, ArrayBuffer, typed arrays, DataView, Buffer, and plain objects, arrays, Map and Set of these,
 * without cycles. Functions, symbols (as keys too) and instances of other classes are refused.
 */
export function assertSerializable(record: unknown, context: RecordContext = {}): void {
  if (typeof record !== 'object' || record === null) {
    if (typeof record !== 'function' && typeof record !== 'symbol') return
  }
  inspectValue(record, '', context)
}

/**
 * Throws like {@link assertSerializable}; else tells whether plain msgpack keeps the value as it is (true), or only the tagged form does.
 * `field` is the path that leads to `value`.
 */
export function inspectValue(value: unknown, field: string, context: RecordContext): boolean {
  try {
    return inspect(value)
  } catch (error) {
    if (!(error instanceof NotPlain)) throw error
    const path = field === '' ? error.path.replace(/^\./, '') : field + error.path
    const where = path === '' ? 'the record' : `the record's field ${path}`
    throw new MillraceError('MR_RECORD_NOT_SERIALIZABLE', `${where} ${error.what}`, context)
  } finally {
    ancestors.length = 0
    trail.length = 0
  }
}

function inspect(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return isWellFormed(value)
    case 'number':
      return value !== 0 || 1 / value > 0
    case 'boolean':
      return true
    case 'object':
      return value === null || inspectObject(value)
    case 'undefined':
    case 'bigint':
      return false
    case 'symbol':
      return refuse(`is ${String(value)}`)
    default:
      return refuse(`is a function${nameOf(value as object)}`)
  }
}

function inspectObject(value: object): boolean {
  if (Array.isArray(value)) return inspectArray(value)
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === Object.prototype || prototype === null || isForeignObjectPrototype(prototype)) return inspectFields(value)
  if (value instanceof Map && prototype === Map.prototype) return inspectMap(value)
  if (value instanceof Set && prototype === Set.prototype) return inspectSet(value)
  if (isPlainDate(value) || bytesCodeOf(value) >= 0) return false
  const constructor = (value as { constructor?: unknown }).constructor
  return refuse(`is an instance of a class${typeof constructor === 'function' ? nameOf(constructor) : ''}`)
}

function inspectArray(value: readonly unknown[]): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype !== Array.prototype && !isForeignArrayPrototype(prototype)) {
    return refuse(`is an instance of a class${nameOf(value.constructor)}`)
  }
  enter(value)
  let plain = true
  for (let i = 0; i < value.length; i++) {
    const item = value[i]
    if (item === undefined) plain = false
    else if (!inspectAt(i, item)) plain = false
  }
  ancestors.pop()
  return plain
}

function inspectFields(value: object): boolean {
  enter(value)
  let plain = true
  for (const key of Object.keys(value)) {
    if (!inspectAt(key, (value as Record<string, unknown>)[key])) plain = false
    if (plain && (key === '__proto__' || !isWellFormed(key))) plain = false
  }
  refuseSymbolKeys(value)
  ancestors.pop()
  return plain
}

function inspectMap(value: ReadonlyMap<unknown, unknown>): boolean {
  enter(value)
  let i = 0
  for (const [key, item] of value) {
    inspectAt(i, key)
    inspectAt(i, item)
    i++
  }
  ancestors.pop()
  return false
}

function inspectSet(value: ReadonlySet<unknown>): boolean {
  enter(value)
  let i = 0
  for (const item of value) inspectAt(i++, item)
  ancestors.pop()
  return false
}

function inspectAt(key: string | number, value: unknown): boolean {
  trail.push(key)
  const plain = inspect(value)
  trail.pop()
  return plain
}

function enter(value: object): void {
  if (ancestors.includes(value)) refuse('is part of a cycle')
  if (ancestors.length === VALUE_DEPTH_MAX) refuse(`is nested deeper than ${VALUE_DEPTH_MAX} levels`)
  ancestors.push(value)
}

/** Symbol keys would be lost on the way to another thread only. */
export function refuseSymbolKeys(value: object): void {
  const symbols = Object.getOwnPropertySymbols(value)
  for (const symbol of symbols) {
    if (Object.prototype.propertyIsEnumerable.call(value, symbol)) refuse(`has the key ${String(symbol)}`)
  }
}

function refuse(what: string): never {
  let path = ''
  for (const key of trail) {
    if (typeof key === 'number') path += `[${key}]`
    else path += /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
  }
  throw new NotPlain(path, what)
}

function nameOf(value: object): string {
  const name = (value as { name?: unknown }).name
  return typeof name === 'string' && name !== '' ? ` ${name}` : ''
}

/** Plain objects out of another realm (node:vm) have another Object.prototype. */
function isForeignObjectPrototype(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, '__lookupGetter__')
}

function isForeignArrayPrototype(prototype: object | null): boolean {
  return Array.isArray(prototype) && Object.hasOwn(prototype, 'concat')
}
