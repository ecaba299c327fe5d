import type { MessagePort } from 'node:worker_threads'
import { MillraceError } from '../errors.ts'

export interface Waiting<A> {
  readonly answered: (answer: A) => void
  /** MR_STORAGE_LOST */
  readonly lost: (error: MillraceError) => void
}

/** Questions to the storage thread, by number, until they are answered or the thread is gone. */
export class PendingAnswers<A extends { readonly request: number }> {
  readonly #waiting = new Map<number, Waiting<A>>()
  /** What cannot be done without the thread, for the error's text. */
  readonly #what: string
  #asked = 0
  #closed = false

  constructor(port: MessagePort, what: string) {
    this.#what = what
    port.on('close', () => this.#close())
  }

  /** @param post sends the question with its number; not called when the thread is gone */
  ask(waiting: Waiting<A>, post: (request: number) => void): void {
    if (this.#closed) return waiting.lost(this.#lost())
    const request = this.#asked++
    this.#waiting.set(request, waiting)
    post(request)
  }

  /** Nobody waits for it when it was forgotten meanwhile. */
  settle(answer: A): void {
    const waiting = this.#waiting.get(answer.request)
    this.#waiting.delete(answer.request)
    waiting?.answered(answer)
  }

  /** Whoever waits hears nothing any more. */
  forget(): void {
    this.#waiting.clear()
  }

  #close(): void {
    this.#closed = true
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { lost } of waiting) lost(this.#lost())
  }

  #lost(): MillraceError {
    return new MillraceError('MR_STORAGE_LOST', `The storage thread is gone: ${this.#what}`)
  }
}
