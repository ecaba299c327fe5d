import type { CoordinatorEffect } from '../checkpoint/coordinator.ts'
import { type ErrorData, type FailureData, describeError } from '../core/failure.ts'
import { MillraceError } from '../errors.ts'

/** Counts checkpoints that failed in a row, until that is a failure of the job. */
export class FailedCheckpoints {
  readonly #tolerated: number
  #inRow = 0

  constructor(tolerated: number) {
    this.#tolerated = tolerated
  }

  completed(): void {
    this.#inRow = 0
  }

  /** The failure of the job, or null while they are tolerated. */
  gaveUp({ checkpoint, attempt, reason, cause }: CoordinatorEffect & { type: 'abort' }): FailureData | null {
    if (reason === 'stopped' || reason === 'draining' || reason === 'actor-restarting' || ++this.#inRow <= this.#tolerated) return null
    const text = `Checkpoint ${checkpoint} failed (${reason}), ${this.#inRow} in a row; ${this.#tolerated} are tolerated`
    this.#inRow = 0
    return checkpointFailure(text, attempt, cause)
  }
}

export function checkpointFailure(text: string, attempt: number, cause: ErrorData | undefined): FailureData {
  return { ...describeError(new MillraceError('MR_CHECKPOINT_FAILED', text), { kind: 'storage', attempt }), ...(cause && { cause }) }
}
