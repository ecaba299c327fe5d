import type { Run, RunResult } from '../../app/run.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { Ward } from '../supervise/ward.ts'
import { Interrupts } from './interrupts.ts'
import type { Reporter } from './run-event.ts'

/** What the user asks of a run from outside, before and after it has started. */
export class RunControl {
  readonly #reporter: Reporter
  readonly #interrupts: Interrupts
  readonly #abort = new AbortController()
  #run: Run | null = null
  #onStopped = (): void => {}
  /** Resolves when the run is to stop; never otherwise. */
  readonly stopped = new Promise<void>((resolve) => (this.#onStopped = resolve))
  #wish: 'drain' | 'stop' | null = null
  #drains = false
  #outputError: NodeJS.ErrnoException | null = null

  constructor(reporter: Reporter, ward: Ward | null = null) {
    this.#reporter = reporter
    this.#interrupts = new Interrupts({ drain: () => this.#ask('drain'), stop: () => this.#ask('stop') }, ward)
  }

  /** Ends a launch that has not come to its end. */
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  get aborted(): boolean {
    return this.#abort.signal.aborted
  }

  begin(run: Run): void {
    this.#run = run
    if (this.#wish !== null) this.#carryOut(this.#wish)
  }

  /** Standard output takes nothing any more. That its reader has left, as `head` does, is no failure. */
  outputBroke(error: NodeJS.ErrnoException): void {
    this.#outputError = error
    this.#reporter.report({ event: 'note', text: `standard output takes nothing any more: ${error.message}` })
    this.#ask('stop')
  }

  release(): void {
    this.#interrupts.release()
  }

  /** @throws what kept standard output from being written */
  ended({ outcome, restarts, badRecords }: RunResult, elapsedMs: number): ExitCode {
    if (this.#outputError !== null && this.#outputError.code !== 'EPIPE') throw this.#outputError
    // Who asked to stop is told so, also where the last record was faster.
    const stopped = outcome === 'stopped' || this.#wish === 'stop'
    if (stopped && outcome === 'finished')
      this.#reporter.report({ event: 'note', text: 'everything had been processed when the stop came: the next run begins anew' })
    const shown = stopped ? 'stopped' : this.#drains ? 'drained' : outcome
    this.#reporter.report({ event: 'ended', outcome: shown, restarts, elapsedMs: Math.round(elapsedMs), ...(badRecords && { badRecords }) })
    return stopped ? EXIT.stopped : EXIT.done
  }

  #ask(wish: 'drain' | 'stop'): void {
    if (this.#wish === 'stop') return
    this.#wish = wish
    this.#drains ||= wish === 'drain'
    this.#reporter.report({ event: wish === 'drain' ? 'draining' : 'stopping' })
    if (wish === 'stop') this.#onStopped()
    if (this.#run !== null) this.#carryOut(wish)
    else if (wish === 'stop') this.#abort.abort('stopped before it ran')
  }

  #carryOut(wish: 'drain' | 'stop'): void {
    this.#run!.stop({ drain: wish === 'drain' }).catch(() => {})
  }
}
