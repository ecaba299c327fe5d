import type { MessagePort } from 'node:worker_threads'
import type { Manifest } from '../checkpoint/manifest.ts'
import { reviveError } from '../core/failure.ts'
import { MillraceError } from '../errors.ts'
import type { ReadMessage, StorageToWorker, StoredChunk } from '../storage/protocol.ts'

interface Request {
  readonly resolve: (chunks: readonly StoredChunk[]) => void
  readonly reject: (error: Error) => void
}

/** State of a checkpoint, asked of the storage thread. */
export class StoredChunks {
  readonly #port: MessagePort
  readonly #requests = new Map<number, Request>()
  #made = 0
  #closed = false

  constructor(port: MessagePort) {
    this.#port = port
    port.on('message', (answer: StorageToWorker) => this.#settle(answer))
    port.on('close', () => this.#close())
  }

  /**
   * Chunks of a checkpoint whose key is wanted.
   *
   * @throws MillraceError MR_STATE_CORRUPT naming the damaged chunk; MR_STORAGE_LOST
   */
  read(manifest: Manifest, wanted: (key: string) => boolean): Promise<readonly StoredChunk[]> {
    const keys = manifest.actors.flatMap(({ chunks }) => chunks.map(({ key }) => key)).filter(wanted)
    if (keys.length === 0) return Promise.resolve([])
    if (this.#closed) return Promise.reject(lost())
    const request = this.#made++
    return new Promise((resolve, reject) => {
      this.#requests.set(request, { resolve, reject })
      this.#port.postMessage({ type: 'read', request, checkpoint: manifest.id, keys } satisfies ReadMessage)
    })
  }

  #settle(answer: StorageToWorker): void {
    if (answer.type === 'working-rows' || answer.type === 'table-done') return
    const request = this.#requests.get(answer.request)
    this.#requests.delete(answer.request)
    if (answer.type === 'chunks') request?.resolve(answer.chunks)
    else request?.reject(reviveError(answer.failure))
  }

  #close(): void {
    this.#closed = true
    for (const { reject } of this.#requests.values()) reject(lost())
    this.#requests.clear()
  }
}

function lost(): MillraceError {
  return new MillraceError('MR_STORAGE_LOST', 'The storage thread is gone: the state of a checkpoint cannot be read')
}
