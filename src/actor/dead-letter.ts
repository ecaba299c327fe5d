import { assertSerializable } from '../codec/index.ts'
import { describeError } from '../core/failure.ts'
import { MillraceError } from '../errors.ts'
import type { DeadLetterError } from '../graph/error-policy.ts'
import { VALUE_DEPTH_MAX } from '../limits.ts'

const MASKED = '***'

type Paths = readonly (readonly string[])[]

/** A record as a dead letter may show it: plain data, without what is masked. */
export function shownRecord(record: unknown, mask: Paths): unknown {
  const plain = isPlain(record) ? record : described(record, [])
  return mask.length === 0 ? plain : masked(plain, mask)
}

/** What was thrown, without the error of ours around it. */
export function letterError(thrown: unknown): DeadLetterError {
  if (!(thrown instanceof MillraceError)) return { code: 'MR_OPERATOR_FAILED', ...shown(thrown) }
  // A source's own words say where; the parser's error says what.
  if (thrown.code === 'MR_INPUT_INVALID') return { code: thrown.code, ...shown(thrown.cause), message: thrown.message }
  return { code: thrown.code, ...shown(thrown) }
}

function shown(thrown: unknown): Omit<DeadLetterError, 'code'> {
  const { class: name, message, stack = null } = describeError(thrown)
  return { class: name, message, stack }
}

function isPlain(record: unknown): boolean {
  try {
    assertSerializable(record)
    return true
  } catch {
    return false
  }
}

/** A copy in which what cannot cross threads is replaced by its description. */
function described(value: unknown, ancestors: readonly object[]): unknown {
  if (typeof value === 'function') return `[function ${value.name}]`
  if (typeof value === 'symbol') return `[${String(value)}]`
  if (typeof value !== 'object' || value === null || (ancestors.length > 0 && isPlain(value))) return value
  if (ancestors.includes(value)) return '[cycle]'
  if (ancestors.length >= VALUE_DEPTH_MAX - 1) return '[too deep]'
  const inner = [...ancestors, value]
  if (Array.isArray(value)) return Array.from(value, (item) => described(item, inner))
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype !== Object.prototype && prototype !== null) return `[${className(prototype)}]`
  return Object.fromEntries(Object.keys(value).map((key) => [key, described(read(value, key), inner)]))
}

function className(prototype: object): string {
  const name = (prototype as { constructor?: { name?: unknown } }).constructor?.name
  return typeof name === 'string' && name !== '' ? name : 'object'
}

/** Reading may throw, too: that may be what the record fails by. */
function read(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key]
  } catch {
    return '[unreadable]'
  }
}

/** A copy of what the paths lead through; the rest is shared. Fields that are not there stay so. */
function masked(value: unknown, paths: Paths): unknown {
  if (typeof value !== 'object' || value === null || paths.length === 0) return value
  if (Array.isArray(value)) return value.map((item) => masked(item, paths))
  const copy: Record<string, unknown> = { ...(value as Record<string, unknown>) }
  for (const field of new Set(paths.map(([first]) => first!))) {
    if (!Object.hasOwn(copy, field)) continue
    const inner = paths.filter(([first]) => first === field).map((path) => path.slice(1))
    copy[field] = inner.some((path) => path.length === 0) ? MASKED : masked(copy[field], inner)
  }
  return copy
}
