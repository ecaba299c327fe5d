/**
 * A failure as data. Cloning an error between threads loses its class, code and cause; so a thread that fails describes the
 * error, the description travels, and the other side revives an error that says the same.
 */
import { ERROR_CODES, MillraceError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'
import { FAILURE_CAUSES_MAX, FAILURE_TEXT_CHARS_MAX } from '../limits.ts'

/** Everything that can make an actor, or the thread below it, fail. */
export const FAILURE_KINDS = [
  /** A function of the user threw or rejected. */
  'user-code',
  /** A worker thread ended by itself: process.exit in user code, or a native end. */
  'worker-exit',
  /** A worker thread raised an error outside of any actor. */
  'worker-error',
  /** A worker thread reached its heap limit. */
  'out-of-memory',
  /** The job module, or a module that it imports, could not be loaded. */
  'module-load',
  /** A call to another thread did not return in time. */
  'control-timeout',
  /** The storage thread ended, or cannot write. */
  'storage',
  /** The process of a supervised run ended: a native abort, a signal, a lack of memory, or a run that failed. */
  'process-lost',
  /** A frame or message broke the rules between threads. */
  'protocol',
] as const

export type FailureKind = (typeof FAILURE_KINDS)[number]

/** What is known about one error of a chain: plain data that survives structured clone and msgpack. */
export interface ErrorData {
  /** Name of the error's class, or the type of a thrown value that is no error. */
  readonly class: string
  readonly message: string
  readonly code?: string | number
  readonly stack?: string
  readonly operator?: string
  readonly site?: string
  readonly cause?: ErrorData
  /** The errors of an AggregateError, as far as the bound on causes allows. */
  readonly errors?: readonly ErrorData[]
}

/** Where a failure happened. `attempt` is the execution number of the region that the actor belongs to. */
export interface FailurePlace {
  readonly kind: FailureKind
  readonly attempt: number
  readonly region?: string
  readonly actor?: string
  readonly operator?: string
  readonly site?: string
}

export interface FailureData extends ErrorData {
  readonly kind: FailureKind
  readonly attempt: number
  readonly region?: string
  readonly actor?: string
}

/**
 * Describes anything that was thrown. Never throws itself, whatever the value does when it is read.
 *
 * @param place defaults to kind `user-code`, attempt 0. Its operator and site win over those that the error carries.
 */
export function describeError(thrown: unknown, place: Partial<FailurePlace> = {}): FailureData {
  const { kind = 'user-code', attempt = 0, ...where } = place
  return { ...describe(thrown, { left: FAILURE_CAUSES_MAX, seen: new Set() }), ...definedOnly(where), kind, attempt }
}

/**
 * Makes an error out of its description: a {@link MillraceError} if it was one, a built-in class by its name (so that
 * `instanceof TypeError` holds), otherwise an Error that bears the class's name. Stack, code and causes are those described.
 */
export function reviveError(data: ErrorData): MillraceError | Error {
  const cause = data.cause && reviveError(data.cause)
  const error = construct(data, cause)
  if (data.stack !== undefined) hide(error, 'stack', data.stack)
  if (error instanceof MillraceError) {
    if (data.operator !== undefined) hide(error, 'operator', data.operator, true)
    if (data.site !== undefined) hide(error, 'site', data.site, true)
  } else {
    if (error.name !== data.class) hide(error, 'name', data.class)
    if (data.code !== undefined) hide(error, 'code', data.code, true)
  }
  return error
}

interface Budget {
  left: number
  readonly seen: Set<object>
}

function describe(thrown: unknown, budget: Budget): ErrorData {
  try {
    return isErrorLike(thrown) ? describeErrorLike(thrown, budget) : { class: typeOf(thrown), message: clip(textOf(thrown)) }
  } catch {
    return { class: 'unreadable', message: 'A value was thrown that cannot be read.' }
  }
}

function describeErrorLike(error: Record<string, unknown>, budget: Budget): ErrorData {
  budget.seen.add(error)
  budget.left--
  const data: { -readonly [K in keyof ErrorData]: ErrorData[K] } = { class: classOf(error), message: clip(textOf(error['message'])) }
  const code = error['code']
  if (typeof code === 'string' || typeof code === 'number') data.code = code
  for (const field of ['stack', 'operator', 'site'] as const) {
    const text = error[field]
    if (typeof text === 'string') data[field] = clip(text)
  }
  const follow = (next: unknown) => budget.left > 0 && !(typeof next === 'object' && next !== null && budget.seen.has(next))
  const cause = error['cause']
  if (cause !== undefined && follow(cause)) data.cause = describe(cause, budget)
  const errors = error['errors']
  if (Array.isArray(errors)) {
    const described: ErrorData[] = []
    for (const each of errors) if (follow(each)) described.push(describe(each, budget))
    data.errors = described
  }
  return data
}

/** Errors of another realm (vm contexts, test runners) are no `instanceof Error`; a message and a stack tell them. */
function isErrorLike(value: unknown): value is Record<string, unknown> {
  if (value instanceof Error) return true
  return typeof value === 'object' && value !== null && 'message' in value && 'stack' in value
}

function classOf(error: Record<string, unknown>): string {
  const name = error['name']
  if (typeof name === 'string' && name !== '' && name !== 'Error') return clip(name)
  const made = (error['constructor'] as { name?: unknown } | undefined)?.name
  return typeof made === 'string' && made !== '' ? clip(made) : 'Error'
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return typeof value
  const name = (value.constructor as { name?: unknown } | undefined)?.name
  return typeof name === 'string' && name !== '' ? clip(name) : 'object'
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return String(value)
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}

function clip(text: string): string {
  return text.length <= FAILURE_TEXT_CHARS_MAX ? text : `${text.slice(0, FAILURE_TEXT_CHARS_MAX)}… (${text.length} characters)`
}

function definedOnly<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T
}

const BUILT_IN = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError } as const

function construct(data: ErrorData, cause: Error | undefined): Error {
  const options = cause === undefined ? undefined : { cause }
  if (data.class === 'MillraceError' && typeof data.code === 'string' && Object.hasOwn(ERROR_CODES, data.code)) {
    return new MillraceError(data.code as ErrorCode, data.message, options)
  }
  if (data.errors) return new AggregateError(data.errors.map(reviveError), data.message, options)
  const Class = Object.hasOwn(BUILT_IN, data.class) ? BUILT_IN[data.class as keyof typeof BUILT_IN] : Error
  return new Class(data.message, options)
}

function hide(error: Error, field: string, value: unknown, enumerable = false): void {
  Object.defineProperty(error, field, { value, enumerable, writable: true, configurable: true })
}
