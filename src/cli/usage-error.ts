/** The command line cannot be carried out as it stands. One line for whoever typed it; exit code 2. */
export class UsageError extends Error {
  /** What may help, on a line of its own. */
  readonly hint: string | undefined

  constructor(message: string, { hint, cause }: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, { cause })
    this.name = 'UsageError'
    this.hint = hint
  }
}
