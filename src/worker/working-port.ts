import type { MessagePort } from 'node:worker_threads'
import { reviveError } from '../core/failure.ts'
import { MillraceError } from '../errors.ts'
import type { RowsAnswer, WorkingStore } from '../state/working/working-store.ts'
import type { StorageToWorker } from '../storage/protocol.ts'
import type { WorkingAnswer, WorkingMessage } from '../storage/working-state/working-protocol.ts'

/** State that lies with the storage thread, as the actors of a worker reach it. */
export class WorkingPort {
  readonly #port: MessagePort
  readonly #questions = new Map<number, RowsAnswer>()
  #attempt = 0
  #asked = 0
  #closed = false

  constructor(port: MessagePort) {
    this.#port = port
    port.on('message', (answer: StorageToWorker) => {
      if (answer.type === 'working-rows') this.#settle(answer)
    })
    port.on('close', () => this.#close())
  }

  /** Of one actor. What an earlier attempt asked is not answered any more. */
  store(attempt: number, table: number): WorkingStore {
    if (attempt > this.#attempt) {
      this.#attempt = attempt
      this.#questions.clear()
    }
    return {
      table,
      write: (rows) => this.#send({ type: 'working-write', attempt, table, rows }, rows),
      ask: (keys, answer) => {
        if (this.#closed) return answer(new Uint8Array(0), lost())
        const request = this.#asked++
        this.#questions.set(request, answer)
        this.#send({ type: 'working-ask', attempt, table, request, keys }, keys)
      },
    }
  }

  #send(message: WorkingMessage, { buffer }: Uint8Array): void {
    this.#port.postMessage(message, [buffer as ArrayBuffer])
  }

  #settle({ request, rows, failure }: WorkingAnswer): void {
    const answer = this.#questions.get(request)
    this.#questions.delete(request)
    answer?.(rows, failure === null ? null : reviveError(failure))
  }

  #close(): void {
    this.#closed = true
    for (const answer of this.#questions.values()) answer(new Uint8Array(0), lost())
    this.#questions.clear()
  }
}

function lost(): MillraceError {
  return new MillraceError('MR_STORAGE_LOST', 'The storage thread is gone: state that lies there cannot be read')
}
