import type { MessagePort } from 'node:worker_threads'
import { reviveError } from '../core/failure.ts'
import type { WorkingStore } from '../state/working/working-store.ts'
import type { StorageToWorker } from '../storage/protocol.ts'
import type { WorkingAnswer, WorkingMessage } from '../storage/working-state/working-protocol.ts'
import { PendingAnswers } from './pending-answers.ts'

/** State that lies with the storage thread, as the actors of a worker reach it. */
export class WorkingPort {
  readonly #port: MessagePort
  readonly #pending: PendingAnswers<WorkingAnswer>
  #attempt = 0

  constructor(port: MessagePort) {
    this.#port = port
    this.#pending = new PendingAnswers(port, 'state that lies there cannot be read')
    port.on('message', (answer: StorageToWorker) => {
      if (answer.type === 'working-rows') this.#pending.settle(answer)
    })
  }

  /** Of one actor. What an earlier attempt asked is not answered any more. */
  store(attempt: number, table: number): WorkingStore {
    if (attempt > this.#attempt) {
      this.#attempt = attempt
      this.#pending.forget()
    }
    return {
      table,
      write: (rows) => this.#send({ type: 'working-write', attempt, table, rows }),
      ask: (keys, answer) =>
        this.#pending.ask(
          {
            answered: ({ rows, failure }) => answer(rows, failure === null ? null : reviveError(failure)),
            lost: (error) => answer(new Uint8Array(0), error),
          },
          (request) => this.#send({ type: 'working-ask', attempt, table, request, keys }),
        ),
    }
  }

  /** Bytes are copied, as those of snapshots are: see `sendStore`. */
  #send(message: WorkingMessage): void {
    this.#port.postMessage(message)
  }
}
