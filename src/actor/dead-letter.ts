import { assertSerializable } from '../codec/index.ts'
import { describeError } from '../core/failure.ts'
import { MASKED, type MaskPaths, masked, secretsOf, withheld, withoutSecrets } from '../core/mask.ts'
import { MillraceError } from '../errors.ts'
import type { DeadLetterError } from '../graph/error-policy.ts'
import { VALUE_DEPTH_MAX } from '../limits.ts'

/** A record as a dead letter may show it: plain data, without what is masked. */
export function shownRecord(record: unknown, mask: MaskPaths): unknown {
  const plain = isPlain(record) ? record : described(record, [])
  if (mask.length === 0) return plain
  return isText(plain) ? MASKED : masked(plain, mask)
}

/** A line, or its bytes: whatever was to be masked may stand in it. */
function isText(record: unknown): boolean {
  return typeof record === 'string' || ArrayBuffer.isView(record)
}

/** What was thrown, without the error of ours around it, and without what masked fields of the record hold. */
export function letterError(thrown: unknown, record: unknown, mask: MaskPaths): DeadLetterError {
  const error = unmaskedError(thrown)
  if (mask.length === 0) return error
  const secrets = isText(record) ? null : secretsOf(record, mask)
  if (secrets === null) return { ...error, ...withheld(error) }
  return {
    ...error,
    message: withoutSecrets(error.message, secrets),
    stack: error.stack === null ? null : withoutSecrets(error.stack, secrets),
  }
}

function unmaskedError(thrown: unknown): DeadLetterError {
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
