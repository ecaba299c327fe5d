import { MillraceError } from '../src/errors.ts'
import { READ_AHEAD_BATCHES_MAX, SKIPPED_RECORDS_PER_STEP_MAX } from '../src/limits.ts'
import type { PollResult } from '../src/actor/contract.ts'
import { type Input, inputOf } from './input.ts'

/**
 * Reads one split in batches. A sync iterable is pulled in the poll itself; what comes later is read ahead, a bounded number of batches, by a
 * promise that wakes the actor.
 */
export class SplitReader {
  /** Records handed out since the beginning of the split. */
  position = 0
  readonly #open: (position: number) => unknown
  readonly #batchRecords: number
  readonly #wake: () => void
  readonly #ahead: unknown[][] = []
  /** The batch that is being filled. */
  #partial: unknown[] = []
  #skip = 0
  #input: Input | null = null
  #started = false
  #ended = false
  #closed = false
  #error: { readonly thrown: unknown } | null = null
  #roomFor: (() => void) | null = null

  constructor(open: (position: number) => unknown, batchRecords: number, wake: () => void) {
    this.#open = open
    this.#batchRecords = batchRecords
    this.#wake = wake
  }

  /** Begin behind this many records, of which the input still yields `skip`. */
  startAt(position: number, skip: number): void {
    this.#skip = skip
    this.position = position
  }

  /** Hands at most one batch to `take`. Throws MR_SOURCE_FAILED with what the input threw. */
  poll(take: (records: unknown[]) => void): PollResult {
    if (!this.#started) this.#start()
    const batch = this.#input?.atOnce ? this.#pull(this.#input.atOnce) : this.#takeAhead()
    if (batch !== null) {
      if (batch.length === 0) return 'more'
      this.position += batch.length
      take(batch)
      return 'more'
    }
    if (this.#error !== null) throw this.#failure(this.#error.thrown)
    return this.#ended ? 'end' : 'waiting'
  }

  close(): void {
    this.#closed = true
    this.#roomFor?.()
    try {
      this.#input?.close()
    } catch {
      // Whatever the user's return() throws: the attempt is over.
    }
  }

  /** What has come must not wait for what may never come. */
  #takeAhead(): unknown[] | null {
    const batch = this.#ahead.shift() ?? this.#takePartial()
    if (batch !== null) this.#roomFor?.()
    return batch
  }

  #takePartial(): unknown[] | null {
    if (this.#partial.length === 0) return null
    const batch = this.#partial
    this.#partial = []
    return batch
  }

  #start(): void {
    this.#started = true
    try {
      const given = this.#open(this.position)
      if (isPromise(given)) void this.#readAhead(given)
      else {
        this.#input = inputOf(given)
        if (this.#input.later !== null) void this.#readAhead(this.#input)
      }
    } catch (thrown) {
      this.#error = { thrown }
    }
  }

  /** Null at the end, and when nothing came before an error; empty while records are passed over. */
  #pull(iterator: Iterator<unknown>): unknown[] | null {
    const batch: unknown[] = []
    const skipUntil = Math.max(0, this.#skip - SKIPPED_RECORDS_PER_STEP_MAX)
    try {
      while (!this.#ended && this.#error === null && batch.length < this.#batchRecords) {
        const step = iterator.next()
        if (step.done === true) this.#ended = true
        else if (this.#skip === 0) batch.push(step.value)
        else if (--this.#skip === skipUntil && skipUntil > 0) return batch
      }
    } catch (thrown) {
      this.#error = { thrown }
    }
    return batch.length === 0 ? null : batch
  }

  async #readAhead(opening: Input | PromiseLike<unknown>): Promise<void> {
    try {
      const input = isPromise(opening) ? inputOf(await opening) : opening
      this.#input = input
      if (this.#closed) return input.close()
      if (input.later !== null) await this.#readAll(input.later)
    } catch (thrown) {
      this.#error = { thrown }
    } finally {
      this.#ended = this.#input === null || this.#input.atOnce === null
      this.#wake()
    }
  }

  async #readAll(iterator: AsyncIterator<unknown>): Promise<void> {
    // A record that does not come at once must not keep its predecessors waiting.
    let timer: NodeJS.Immediate | null = null
    while (!this.#closed) {
      timer ??=
        this.#partial.length > 0
          ? setImmediate(() => ((timer = null), void (this.#ahead.length < READ_AHEAD_BATCHES_MAX && this.#passOn())))
          : null
      const step = await iterator.next()
      if (step.done === true) break
      if (this.#skip === 0) this.#partial.push(step.value)
      // An input that has all of its records at once would leave no turn to anybody else.
      else if (--this.#skip % SKIPPED_RECORDS_PER_STEP_MAX === 0) await new Promise((resolve) => setImmediate(resolve))
      if (this.#partial.length < this.#batchRecords) continue
      this.#passOn()
      await this.#room()
    }
    if (timer !== null) clearImmediate(timer)
    this.#passOn()
  }

  #passOn(): void {
    const batch = this.#takePartial()
    if (batch === null) return
    this.#ahead.push(batch)
    this.#wake()
  }

  /** Only one may wait: the loop that reads. */
  async #room(): Promise<void> {
    while (this.#ahead.length >= READ_AHEAD_BATCHES_MAX && !this.#closed) await new Promise<void>((resolve) => (this.#roomFor = resolve))
    this.#roomFor = null
  }

  #failure(cause: unknown): unknown {
    if (cause instanceof MillraceError) return cause
    const text = cause instanceof Error ? cause.message : String(cause)
    return new MillraceError('MR_SOURCE_FAILED', `The input failed behind record ${this.position}: ${text}`, { cause })
  }
}

function isPromise(given: unknown): given is PromiseLike<unknown> {
  return typeof (given as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function'
}
