/** An error as JSON, with its causes. */
export interface ToldError {
  readonly class: string
  readonly message: string
  readonly code?: string
  readonly operator?: string
  readonly site?: string
  readonly stack?: string
  readonly cause?: ToldError
}

export function tell(error: unknown): ToldError {
  const { message, code, operator, site, stack, cause, name } = error as Omit<ToldError, 'class' | 'cause'> & {
    name: string
    cause?: unknown
  }
  const known = { ...(code && { code }), ...(operator && { operator }), ...(site && { site }), ...(stack && { stack }) }
  return { class: String(name), message, ...known, ...(cause !== undefined && { cause: tell(cause) }) }
}
