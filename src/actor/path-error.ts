import { MillraceError, type ErrorDetails } from '../errors.ts'

/** What file systems say about a path that will not change by itself. Others (EIO, EMFILE, ENOSPC, EBUSY ...) may be gone the next time. */
const LASTING: ReadonlySet<unknown> = new Set([
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'EEXIST',
  'EACCES',
  'EPERM',
  'EROFS',
  'ELOOP',
  'ENAMETOOLONG',
  'ERR_INVALID_ARG_VALUE',
])

/** An error about a path: MR_PATH_UNUSABLE where it would come again, else `otherwise`. Its message ends with that of the file system. */
export function pathError(
  otherwise: 'MR_SOURCE_FAILED' | 'MR_SINK_FAILED',
  text: string,
  cause: unknown,
  details: Omit<ErrorDetails, 'cause'> = {},
): MillraceError {
  const { code, message = String(cause) } = (cause ?? {}) as { readonly code?: unknown; readonly message?: string }
  return new MillraceError(LASTING.has(code) ? 'MR_PATH_UNUSABLE' : otherwise, `${text}: ${message}`, { ...details, cause })
}
