import type { CheckpointMeasures } from '../core/checkpoint-measures.ts'
import { type ErrorData, type FailureData, describeError } from '../core/failure.ts'
import { MillraceError } from '../errors.ts'

export interface RunNotice {
  /** 'layout': who runs where, or in how many instances, has changed. */
  readonly type: 'restart' | 'checkpoint' | 'checkpoint-failed' | 'layout'
  readonly text: string
  readonly failure?: FailureData | ErrorData
  /** Of 'checkpoint'. */
  readonly checkpoint?: CheckpointMeasures
}

/** Who wants to be told what happens to a run. */
export class Notices {
  readonly #listeners = new Set<{ readonly listener: (notice: RunNotice) => void }>()

  /** Returns how to end its calls. The same one may be added more than once. */
  add(listener: (notice: RunNotice) => void): () => void {
    const entry = { listener }
    this.#listeners.add(entry)
    return () => void this.#listeners.delete(entry)
  }

  tell(notice: RunNotice): void {
    for (const { listener } of this.#listeners) {
      try {
        listener(notice)
      } catch (cause) {
        const text = `A listener of run.onNotice() threw: ${describeError(cause).message}`
        process.emitWarning(new MillraceError('MR_LISTENER_FAILED', text, { cause }))
      }
    }
  }
}

/** @param because why the actor that failed does not restart alone; null where nobody asked for that */
export function restartNotice(failure: FailureData, attempt: number, delayMs: number, because: string | null): RunNotice {
  const why = because === null ? '' : ` (all, not one actor: ${because})`
  return { type: 'restart', text: `restarting as attempt ${attempt} in ${Math.round(delayMs)} ms${why}: ${failure.message}`, failure }
}

export function loneRestartNotice(failure: FailureData, delayMs: number): RunNotice {
  return { type: 'restart', text: `restarting actor ${failure.actor} alone in ${Math.round(delayMs)} ms: ${failure.message}`, failure }
}
