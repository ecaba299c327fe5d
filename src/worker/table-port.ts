import type { MessagePort } from 'node:worker_threads'
import { reviveError } from '../core/failure.ts'
import type { TableStore } from '../state/tables/table-store.ts'
import type { StorageToWorker } from '../storage/protocol.ts'
import type { TableMessage } from '../storage/tables/table-protocol.ts'
import { PendingAnswers } from './pending-answers.ts'

type TableAnswer = Extract<StorageToWorker, { type: 'table-done' }>

type Done = (failure: Error | null) => void

/** Tables of sinks, which lie with the storage thread, as the actors of a worker reach them. */
export class TablePort {
  readonly #port: MessagePort
  readonly #pending: PendingAnswers<TableAnswer>

  constructor(port: MessagePort) {
    this.#port = port
    this.#pending = new PendingAnswers(port, 'the table of a sink cannot be written')
    port.on('message', (answer: StorageToWorker) => {
      if (answer.type === 'table-done') this.#pending.settle(answer)
    })
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
    const answered = ({ failure }: TableAnswer): void => done(failure === null ? null : reviveError(failure))
    this.#pending.ask({ answered, lost: done }, (request) => this.#port.postMessage(message(request)))
  }
}
