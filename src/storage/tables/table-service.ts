import { describeError } from '../../core/failure.ts'
import type { StorageHandshake } from '../handshake.ts'
import type { SinkTables } from './sink-tables.ts'
import type { TableAnswer, TableMessage } from './table-protocol.ts'

/** Tables of sinks as the storage thread has them: their code is loaded by the first message of a job that has any. What comes until then waits, in order. */
export class TableService {
  readonly #handshake: StorageHandshake
  readonly #oldestKept: () => number
  #tables: SinkTables | null = null
  readonly #early: (() => void)[] = []
  #failed: TableAnswer['failure'] = null

  constructor(handshake: StorageHandshake, oldestKept: () => number) {
    this.#handshake = handshake
    this.#oldestKept = oldestKept
  }

  /** What could not be committed in this attempt; a run that it is missing from has not finished. */
  get failed(): TableAnswer['failure'] {
    return this.#failed
  }

  startAttempt(): void {
    this.#failed = null
  }

  serve(message: TableMessage, answer: (answer: TableAnswer) => void): void {
    if (this.#tables === null) {
      this.#early.push(() => this.serve(message, answer))
      if (this.#early.length === 1) void this.#load(message, answer)
      return
    }
    const served = this.#tables.serve(message)
    if (served === null) return
    this.#failed ??= served.failure
    answer(served)
  }

  close(): void {
    this.#tables?.close()
  }

  async #load({ request }: TableMessage, answer: (answer: TableAnswer) => void): Promise<void> {
    try {
      const { SinkTables } = await import('./sink-tables.ts')
      this.#tables = new SinkTables(this.#handshake, this.#oldestKept)
      for (const work of this.#early.splice(0)) work()
    } catch (error) {
      answer({ type: 'table-done', request, failure: describeError(error, { kind: 'storage' }) })
    }
  }
}
