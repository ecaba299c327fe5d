import { READ_AHEAD_BATCHES_MAX } from '../src/limits.ts'
import type { PollResult } from '../src/actor/contract.ts'

type Source = Iterable<unknown> | AsyncIterable<unknown>

/**
 * Reads one split in batches. A sync iterable is pulled in the poll itself; an async one is read ahead, a bounded number of batches, by a
 * promise that wakes the actor.
 */
export class SplitReader {
  /** Records handed out since the beginning of the split. */
  position = 0
  readonly #open: (position: number) => Source | Promise<Source>
  readonly #batchRecords: number
  readonly #wake: () => void
  readonly #ahead: unknown[][] = []
  /** The batch that an async iterable is filling. */
  #partial: unknown[] = []
  #skip = 0
  #iterator: Iterator<unknown> | null = null
  #started = false
  #ended = false
  #closed = false
  #error: { readonly thrown: unknown } | null = null
  #asyncIterator: AsyncIterator<unknown> | null = null
  #roomFor: (() => void) | null = null

  constructor(open: (position: number) => Source | Promise<Source>, batchRecords: number, wake: () => void) {
    this.#open = open
    this.#batchRecords = batchRecords
    this.#wake = wake
  }

  /** Begin behind this many records. */
  skipTo(position: number): void {
    this.#skip = position
    this.position = position
  }

  /** Hands at most one batch to `take`. Throws what the iterable threw. */
  poll(take: (records: unknown[]) => void): PollResult {
    if (!this.#started) this.#start()
    if (this.#iterator !== null) return this.#pull(this.#iterator, take)
    // What has come must not wait for what may never come.
    const batch = this.#ahead.shift() ?? this.#takePartial()
    if (batch !== null) {
      this.#roomFor?.()
      this.position += batch.length
      take(batch)
      return 'more'
    }
    if (this.#error !== null) throw this.#error.thrown
    return this.#ended ? 'end' : 'waiting'
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#roomFor?.()
    this.#iterator?.return?.()
    // An iterator that waits for input may never return; nobody waits for it.
    if (this.#asyncIterator?.return !== undefined) void Promise.resolve(this.#asyncIterator.return()).catch(() => {})
  }

  #takePartial(): unknown[] | null {
    if (this.#partial.length === 0) return null
    const batch = this.#partial
    this.#partial = []
    return batch
  }

  #start(): void {
    this.#started = true
    const source = this.#open(this.#skip)
    if (isSync(source)) {
      this.#iterator = source[Symbol.iterator]()
      for (; this.#skip > 0; this.#skip--) if (this.#iterator.next().done === true) break
    } else void this.#readAhead(source)
  }

  #pull(iterator: Iterator<unknown>, take: (records: unknown[]) => void): PollResult {
    const batch: unknown[] = []
    while (batch.length < this.#batchRecords) {
      const step = iterator.next()
      if (step.done === true) {
        this.#ended = true
        break
      }
      batch.push(step.value)
    }
    this.position += batch.length
    if (batch.length > 0) take(batch)
    return this.#ended ? 'end' : 'more'
  }

  async #readAhead(source: Source | Promise<Source>): Promise<void> {
    try {
      const opened = await source
      if (isSync(opened)) {
        this.#iterator = opened[Symbol.iterator]()
        for (; this.#skip > 0; this.#skip--) if (this.#iterator.next().done === true) break
        return
      }
      this.#asyncIterator = opened[Symbol.asyncIterator]()
      await this.#readAll(this.#asyncIterator)
    } catch (thrown) {
      this.#error = { thrown }
    } finally {
      this.#ended = this.#iterator === null
      this.#wake()
    }
  }

  async #readAll(iterator: AsyncIterator<unknown>): Promise<void> {
    const pass = async (): Promise<void> => {
      const batch = this.#takePartial()
      if (batch === null) return
      this.#ahead.push(batch)
      this.#wake()
      if (this.#ahead.length >= READ_AHEAD_BATCHES_MAX && !this.#closed) await new Promise<void>((resolve) => (this.#roomFor = resolve))
      this.#roomFor = null
    }
    // A record that does not come at once must not keep its predecessors waiting.
    let timer: NodeJS.Immediate | null = null
    while (!this.#closed) {
      timer ??=
        this.#partial.length > 0 ? setImmediate(() => ((timer = null), void (this.#ahead.length < READ_AHEAD_BATCHES_MAX && pass()))) : null
      const step = await iterator.next()
      if (step.done === true) break
      if (this.#skip > 0) this.#skip--
      else this.#partial.push(step.value)
      if (this.#partial.length >= this.#batchRecords) await pass()
    }
    if (timer !== null) clearImmediate(timer)
    await pass()
  }
}

function isSync(source: Source | Promise<Source>): source is Iterable<unknown> {
  return typeof (source as Iterable<unknown>)?.[Symbol.iterator] === 'function'
}
