import type { Manifest } from '../checkpoint/manifest.ts'
import { type ErrorData, reviveError } from '../core/failure.ts'
import { MillraceError } from '../errors.ts'

interface Request {
  /** The checkpoint that answers it; 0 before one has begun. */
  checkpoint: number
  readonly resolve: (manifest: Manifest) => void
  readonly reject: (error: Error) => void
}

/** Who waits for a checkpoint to be complete. Each is answered by the first one that began after it asked, over restarts. */
export class CheckpointRequests {
  #open: Request[] = []

  get areOpen(): boolean {
    return this.#open.length > 0
  }

  /** A request for the next one. */
  add(): Promise<Manifest> {
    return new Promise((resolve, reject) => void this.#open.push({ checkpoint: 0, resolve, reject }))
  }

  began(checkpoint: number): void {
    for (const request of this.#open) request.checkpoint ||= checkpoint
  }

  completed(manifest: Manifest): void {
    for (const { resolve } of this.#take(manifest.id)) resolve(manifest)
  }

  failed(checkpoint: number, reason: string, cause: ErrorData | undefined): void {
    for (const { reject } of this.#take(checkpoint)) reject(checkpointFailed(checkpoint, reason, cause))
  }

  /** The attempt ended: one of the next attempt answers. */
  goOn(): void {
    for (const request of this.#open) request.checkpoint = 0
  }

  #take(checkpoint: number): Request[] {
    const taken = this.#open.filter((request) => request.checkpoint === checkpoint)
    this.#open = this.#open.filter((request) => request.checkpoint !== checkpoint)
    return taken
  }
}

export function checkpointFailed(checkpoint: number, reason: string, cause: ErrorData | undefined): MillraceError {
  const details = cause === undefined ? {} : { cause: reviveError(cause) }
  return new MillraceError('MR_CHECKPOINT_FAILED', `Checkpoint ${checkpoint} was given up: ${reason}`, details)
}
