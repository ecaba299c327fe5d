import type { Manifest } from '../checkpoint/manifest.ts'
import { reviveError } from '../core/failure.ts'
import type { ControlToStorage, StorageToControl } from '../storage/protocol.ts'
import type { SavepointReport } from './protocol.ts'

interface Copy {
  readonly dir: string
  readonly bytes: number
}

/** Copies of checkpoints that the storage thread is asked for. */
export class Savepoints {
  readonly #send: (order: ControlToStorage) => void
  readonly #open = new Map<number, { resolve(copy: Copy): void; reject(error: Error): void }>()
  #made = 0

  constructor(send: (order: ControlToStorage) => void) {
    this.#send = send
  }

  /** A copy of a checkpoint that is about to be complete. */
  async take(complete: Promise<Manifest>, dir: string): Promise<SavepointReport> {
    const { id } = await complete
    return { id, ...(await this.#copy(id, dir)) }
  }

  /** @throws MillraceError MR_STATE_DIR_INVALID, MR_STATE_CORRUPT, MR_CHECKPOINT_FAILED */
  #copy(checkpoint: number, dir: string): Promise<Copy> {
    const request = this.#made++
    return new Promise((resolve, reject) => {
      this.#open.set(request, { resolve, reject })
      this.#send({ type: 'export', checkpoint, dir, request })
    })
  }

  stored(message: StorageToControl & { type: 'exported' | 'export-failed' }): void {
    const request = this.#open.get(message.request)
    this.#open.delete(message.request)
    if (message.type === 'exported') request?.resolve({ dir: message.dir, bytes: message.bytes })
    else request?.reject(reviveError(message.failure))
  }
}
