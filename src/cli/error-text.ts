import { type ErrorData, describeError } from '../core/failure.ts'
import { ERROR_CODES, type ErrorCode } from '../errors.ts'
import { printable } from './printable.ts'

export interface ErrorTextOptions {
  /** With stacks. */
  readonly verbose: boolean
}

const CONFIG_HINT = '  values of --config are texts, or the numbers, booleans and JSON that they read as; --config-file takes any JSON'

/** What a failed command says: code and message, where, the chain of causes, what to do, and where to read more. */
export function errorText(thrown: unknown, { verbose }: ErrorTextOptions): string {
  const error = describeError(thrown)
  const lines = [`${title(error)}: ${bareMessage(error)}`]
  if (error.operator !== undefined) lines.push(`  operator: ${error.operator}`)
  if (error.site !== undefined) lines.push(`  defined at: ${error.site}`)
  if (verbose) lines.push(...stackLines(error, '  '))
  lines.push(...causeLines(error, verbose))
  if (error.code === 'MR_CONFIG_INVALID') lines.push(CONFIG_HINT)
  const code = codeToMend(error)
  if (code !== null) lines.push(`  what to do: ${ERROR_CODES[code]}`, `  more: ${docsLink(code)}`)
  else if (!verbose) lines.push('  --verbose shows where it was thrown')
  return printable(`${lines.join('\n')}\n`)
}

/** The same as data. */
export function errorData(thrown: unknown, { verbose }: ErrorTextOptions): Readonly<Record<string, unknown>> {
  const error = describeError(thrown)
  const code = codeToMend(error)
  const known = code === null ? {} : { remedy: ERROR_CODES[code], docs: docsLink(code) }
  return { ...plainError(error, verbose), ...known }
}

/** Where docs/errors.md speaks of a code. */
export function docsLink(code: ErrorCode): string {
  return `docs/errors.md#${code.toLowerCase()}`
}

/** The code whose remedy helps: that used-up restarts are used up says nothing, what used them up does. */
function codeToMend({ code, cause }: ErrorData): ErrorCode | null {
  if (code === 'MR_RESTARTS_EXHAUSTED' && isCode(cause?.code)) return cause.code
  return isCode(code) ? code : null
}

function isCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code)
}

function title(error: ErrorData): string {
  return isCode(error.code) ? error.code : error.code === undefined ? error.class : `${error.class} ${error.code}`
}

/** The message without the operator and place at its end, which have lines of their own. */
function bareMessage({ message }: ErrorData): string {
  return message.replace(/(?: \((?:operator "[^"]*"|defined at \S+)(?:, defined at [^)]+)?\))+$/, '')
}

function causeLines(error: ErrorData, verbose: boolean): string[] {
  const lines: string[] = []
  for (let cause = error.cause; cause !== undefined; cause = cause.cause) {
    lines.push(`  caused by ${title(cause)}: ${bareMessage(cause)}`)
    if (verbose) lines.push(...stackLines(cause, '    '))
  }
  return lines
}

/** The frames of a stack, without the message that precedes them. */
function stackLines({ stack }: ErrorData, indent: string): string[] {
  return (stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => indent + line.trim())
}

function plainError(error: ErrorData, verbose: boolean): Readonly<Record<string, unknown>> {
  const { class: type, message, code, operator, site, stack, cause } = error
  return { class: type, code, message, operator, site, ...(verbose && { stack }), ...(cause && { cause: plainError(cause, verbose) }) }
}
