import type { ErrorData, FailureData } from './failure.ts'
import { ERROR_CODES, type ErrorCode } from '../errors.ts'
import { withheld } from './mask.ts'

/**
 * A failure of user code as a job with masked fields tells it: class, code, operator, places and stack frames of each error of its chain. Messages are what the code means, since
 * whatever an error's author says may quote a record, and no record is at hand to compare with.
 */
export function maskedFailure(failure: FailureData): FailureData {
  return { ...failure, ...maskedError(failure) }
}

function maskedError({ cause, errors, ...error }: ErrorData): ErrorData {
  const { message, stack } = withheld(error)
  return {
    ...error,
    message: isCode(error.code) ? ERROR_CODES[error.code] : message,
    ...(stack !== null && { stack }),
    ...(cause !== undefined && { cause: maskedError(cause) }),
    ...(errors !== undefined && { errors: errors.map(maskedError) }),
  }
}

function isCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code)
}
