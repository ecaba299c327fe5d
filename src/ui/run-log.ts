import type { AppEvents } from '../control/master-host.ts'
import type { CheckpointMeasures } from '../core/checkpoint-measures.ts'
import type { Clock } from '../core/clock.ts'
import type { ErrorData, FailureData } from '../core/failure.ts'
import { UI_LOG_ENTRIES_MAX } from './ui-limits.ts'

/** Something that happened to a run. `atMs`: milliseconds since 1970. */
export type LogEntry = { readonly id: number; readonly atMs: number } & LoggedEvent

export type LoggedEvent =
  | { readonly type: 'started'; readonly attempt: number; readonly checkpoint: number }
  | { readonly type: 'actor-restart'; readonly delayMs: number; readonly failure: FailureData }
  | { readonly type: 'restart'; readonly attempt: number; readonly delayMs: number; readonly failure: FailureData }
  | { readonly type: 'checkpoint'; readonly checkpoint: CheckpointMeasures }
  | { readonly type: 'checkpoint-failed'; readonly checkpoint: number; readonly reason: string; readonly failure: ErrorData | null }
  | { readonly type: 'fell-back'; readonly checkpoint: number; readonly failure: FailureData }
  | { readonly type: 'savepoint'; readonly checkpoint: number; readonly dir: string; readonly bytes: number }
  /** Operators run in other numbers of instances, or on other workers; `text` says which. */
  | { readonly type: 'layout'; readonly text: string }
  | { readonly type: 'stop-asked'; readonly drain: boolean }
  | { readonly type: 'ended'; readonly outcome: string; readonly failure: FailureData | null }

/** What a run's owner is told, remembered: whoever opens the dashboard after a crash wants to see its stack. The newest entries only; checkpoints and the rest have room of their own. */
export class RunLog {
  readonly #clock: Pick<Clock, 'nowMs'>
  readonly #listeners = new Set<(entry: LogEntry) => void>()
  #checkpoints: LogEntry[] = []
  #others: LogEntry[] = []
  #made = 0

  constructor(clock: Pick<Clock, 'nowMs'>) {
    this.#clock = clock
  }

  /** From old to new. */
  get entries(): readonly LogEntry[] {
    return [...this.#checkpoints, ...this.#others].toSorted((a, b) => a.id - b.id)
  }

  add(event: LoggedEvent): void {
    const entry: LogEntry = { id: this.#made++, atMs: this.#clock.nowMs(), ...event }
    const kept = event.type === 'checkpoint' ? this.#checkpoints : this.#others
    kept.push(entry)
    if (kept.length > UI_LOG_ENTRIES_MAX) kept.shift()
    for (const listener of this.#listeners) listener(entry)
  }

  /** @returns ends it */
  onEntry(listener: (entry: LogEntry) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** The same events, which are noted on their way. */
  noting(events: AppEvents): AppEvents {
    return {
      attemptStarted: (deployment, checkpoint) => {
        this.add({ type: 'started', attempt: deployment.attempt, checkpoint })
        events.attemptStarted(deployment, checkpoint)
      },
      restarting: (failure, attempt, delayMs, because) => {
        this.add({ type: 'restart', attempt, delayMs, failure })
        events.restarting(failure, attempt, delayMs, because)
      },
      actorRestarting: (failure, delayMs) => {
        this.add({ type: 'actor-restart', delayMs, failure })
        events.actorRestarting(failure, delayMs)
      },
      rearranging: (attempt) => events.rearranging(attempt),
      rearranged: (what) => {
        this.add({ type: 'layout', text: what })
        events.rearranged(what)
      },
      checkpointCompleted: (checkpoint, measures) => {
        this.add({ type: 'checkpoint', checkpoint: measures })
        events.checkpointCompleted(checkpoint, measures)
      },
      fellBack: (checkpoint, damage) => {
        this.add({ type: 'fell-back', checkpoint, failure: damage })
        events.fellBack(checkpoint, damage)
      },
      checkpointFailed: (checkpoint, reason, cause) => {
        this.add({ type: 'checkpoint-failed', checkpoint, reason, failure: cause })
        events.checkpointFailed(checkpoint, reason, cause)
      },
      inletNotice: (attempt, notice) => events.inletNotice(attempt, notice),
      stopAsked: (drain) => {
        this.add({ type: 'stop-asked', drain })
        events.stopAsked(drain)
      },
      ended: (end) => {
        this.add({ type: 'ended', outcome: end.outcome, failure: end.outcome === 'failed' ? end.failure : null })
        // The owner ends this thread when it hears of it: what was just sent to those who follow leaves first.
        if (this.#listeners.size === 0) events.ended(end)
        else setImmediate(() => events.ended(end))
      },
    }
  }
}
