import { LASTING_CODES, MillraceError } from '../../errors.ts'

/** Set in the environment of a process that `millrace run --supervise` has started. */
export const WARD_VARIABLE = 'MILLRACE_SUPERVISED'

/** What the parent tells: a signal that it was sent itself. */
export interface ToWard {
  readonly signal: 'SIGINT' | 'SIGTERM'
}

/** What it is told: the job runs, so that the next process goes on from its state; or how it failed. */
export type FromWard = { readonly type: 'started' } | { readonly type: 'failed'; readonly lasting: boolean }

/** This process as the child of a supervisor. Without its parent it stops, so that nobody is left who would start it a second time. */
export class Ward {
  readonly #onMessage = (message: ToWard): void => this.#onSignal(message.signal)
  readonly #onOrphaned = (): void => this.#onSignal('SIGTERM')
  #onSignal: (signal: ToWard['signal']) => void = () => {}

  /** Null for a process that nobody supervises. */
  static ofThisProcess(): Ward | null {
    const supervised = process.env[WARD_VARIABLE] === '1' && process.send !== undefined
    // Programs that the job starts are no wards.
    delete process.env[WARD_VARIABLE]
    return supervised ? new Ward() : null
  }

  /** Signals come from the parent alone: those of a terminal, or of a service manager, go to both processes. */
  obey(onSignal: (signal: ToWard['signal']) => void): void {
    this.#onSignal = onSignal
    process.on('message', this.#onMessage)
    process.on('disconnect', this.#onOrphaned)
  }

  started(): void {
    this.#tell({ type: 'started' })
  }

  failed(error: unknown): void {
    this.#tell({ type: 'failed', lasting: error instanceof MillraceError && LASTING_CODES.has(error.code) })
  }

  /** The process may end: its parent holds it no longer. */
  release(): void {
    process.removeListener('message', this.#onMessage)
    process.removeListener('disconnect', this.#onOrphaned)
    process.channel?.unref()
  }

  #tell(message: FromWard): void {
    if (process.connected) process.send!(message)
  }
}
