import type { MessagePort } from 'node:worker_threads'
import type { Manifest } from '../checkpoint/manifest.ts'
import { reviveError } from '../core/failure.ts'
import type { ReadMessage, StorageToWorker, StoredChunk } from '../storage/protocol.ts'
import { PendingAnswers } from './pending-answers.ts'

type ReadAnswer = Extract<StorageToWorker, { type: 'chunks' | 'read-failed' }>

/** State of a checkpoint, asked of the storage thread. */
export class StoredChunks {
  readonly #port: MessagePort
  readonly #pending: PendingAnswers<ReadAnswer>

  constructor(port: MessagePort) {
    this.#port = port
    this.#pending = new PendingAnswers(port, 'the state of a checkpoint cannot be read')
    port.on('message', (answer: StorageToWorker) => {
      if (answer.type === 'chunks' || answer.type === 'read-failed') this.#pending.settle(answer)
    })
  }

  /**
   * Chunks of a checkpoint whose key is wanted.
   *
   * @throws MillraceError MR_STATE_CORRUPT naming the damaged chunk; MR_STORAGE_LOST
   */
  read(manifest: Manifest, wanted: (key: string) => boolean): Promise<readonly StoredChunk[]> {
    const keys = manifest.actors.flatMap(({ chunks }) => chunks.map(({ key }) => key)).filter(wanted)
    if (keys.length === 0) return Promise.resolve([])
    return new Promise((resolve, reject) => {
      const answered = (answer: ReadAnswer): void =>
        answer.type === 'chunks' ? resolve(answer.chunks) : reject(reviveError(answer.failure))
      this.#pending.ask({ answered, lost: reject }, (request) =>
        this.#port.postMessage({ type: 'read', request, checkpoint: manifest.id, keys } satisfies ReadMessage),
      )
    })
  }
}
