import type { MessagePort } from 'node:worker_threads'
import { reviveError } from '../core/failure.ts'
import { MillraceError } from '../errors.ts'
import type { TableStore } from '../state/tables/table-store.ts'
import type { StorageToWorker } from '../storage/protocol.ts'
import type { TableMessage } from '../storage/tables/table-protocol.ts'

type Done = (failure: Error | null) => void

/** Tables of sinks, which lie with the storage thread, as the actors of a worker reach them. */
export class TablePort {
  readonly #port: MessagePort
  readonly #open = new Map<number, Done>()
  #asked = 0
  #closed = false

  constructor(port: MessagePort) {
    this.#port = port
    port.on('message', (answer: StorageToWorker) => {
      if (answer.type !== 'table-done') return
      const done = this.#open.get(answer.request)
      this.#open.delete(answer.request)
      done?.(answer.failure === null ? null : reviveError(answer.failure))
    })
    port.on('close', () => this.#close())
  }

  store(attempt: number, lineage: string, path: string): TableStore {
    return {
      begin: (from) =>
        new Promise((resolve, reject) => {
          const done: Done = (failure) => (failure === null ? resolve() : reject(failure))
          this.#send(done, (request) => ({ type: 'table-begin', attempt, request, path, lineage, from }))
        }),
      commit: (transaction, done) =>
        this.#send(done, (request) => ({ type: 'table-commit', attempt, request, path, lineage, transaction })),
    }
  }

  #send(done: Done, message: (request: number) => TableMessage): void {
    if (this.#closed) return done(lost())
    const request = this.#asked++
    this.#open.set(request, done)
    this.#port.postMessage(message(request))
  }

  #close(): void {
    this.#closed = true
    for (const done of this.#open.values()) done(lost())
    this.#open.clear()
  }
}

function lost(): MillraceError {
  return new MillraceError('MR_STORAGE_LOST', 'The storage thread is gone: the table of a sink cannot be written')
}
