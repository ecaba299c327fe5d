import type { OperatorDefinition } from '../actor/contract.ts'
import { MillraceError } from '../errors.ts'

/** Checks of what sources and sinks are given. All throw MR_OPTION_INVALID. */

const FORMATS = ['lines', 'csv', 'jsonLines']
const GUARANTEES = ['exactly-once', 'effectively-once', 'at-least-once', 'at-most-once']

export function format(what: string, options: { readonly format?: unknown; readonly columns?: unknown }): void {
  if (!FORMATS.includes(options.format as string)) refuse(`${what} format=${String(options.format)} is not one of ${FORMATS.join(', ')}`)
  if (options.columns !== undefined && options.format !== 'csv') refuse(`${what} has columns, but format=${String(options.format)}`)
  columns(what, options.columns)
}

export function columns(what: string, given: unknown): void {
  if (given === undefined) return
  if (!Array.isArray(given) || given.length === 0 || given.some((name) => typeof name !== 'string') || new Set(given).size < given.length) {
    refuse(`${what} columns=${JSON.stringify(given)} is not a list of different names`)
  }
}

export function partName(name: unknown): void {
  if (typeof name !== 'string' || !/^\w[\w.-]{0,99}$/.test(name)) {
    refuse(`sink.files name=${JSON.stringify(name)} is not 1 to 100 letters, digits or _ . -, beginning with a letter or digit`)
  }
}

export function positive(what: string, values: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!(typeof value === 'number' && value > 0)) refuse(`${what} ${name}=${String(value)} is not a number above 0`)
  }
}

export function integer(what: string, value: unknown, max: number): void {
  if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > max) {
    refuse(`${what}=${String(value)} is not an integer from 1 to ${max}`)
  }
}

export function guarantee(what: string, value: unknown): void {
  if (!GUARANTEES.includes(value as string)) refuse(`${what} guarantee=${String(value)} is not one of ${GUARANTEES.join(', ')}`)
}

export function definition(what: string, given: OperatorDefinition): OperatorDefinition {
  if (typeof given?.kind === 'string' && given.kind !== '' && typeof given.create === 'function') return given
  return refuse(`${what} needs a definition: an object with kind and create`)
}

function refuse(text: string): never {
  throw new MillraceError('MR_OPTION_INVALID', text)
}
