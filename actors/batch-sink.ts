import { MillraceError } from '../src/errors.ts'
import { SINK_CLOSE_MS_MAX } from '../src/limits.ts'
import type { OperatorActor, OperatorContext, OperatorDefinition } from '../src/actor/contract.ts'
import { endsWithin } from './within-ms.ts'

type BatchFunction = (records: unknown[], context: { readonly signal: AbortSignal; readonly index: number }) => unknown

interface BatchSinkSpec {
  readonly fn: BatchFunction
  readonly batchRecords?: number
}

/** Calls a function with batches, one call at a time: while a promise that it returned is open, at most one further batch is gathered. */
class BatchSink implements OperatorActor {
  readonly #fn: BatchFunction
  readonly #recordsMax: number
  readonly #context: OperatorContext
  readonly #abort = new AbortController()
  #records: unknown[] = []
  /** Those before it were given to calls. */
  #taken = 0
  #inFlight: Promise<void> | null = null
  #error: { readonly thrown: unknown } | null = null
  /** Nothing may be in flight before the barrier or the end is dealt with. */
  #settling = false

  constructor({ fn, batchRecords }: BatchSinkSpec, context: OperatorContext) {
    this.#fn = fn
    this.#context = context
    this.#recordsMax = batchRecords ?? context.batchRecords
  }

  get #waiting(): number {
    return this.#records.length - this.#taken
  }

  get holdsBack(): boolean {
    return this.#waiting > 0 && this.#inFlight === null
  }

  process(record: unknown): void {
    this.#records.push(record)
    if (this.#waiting < this.#recordsMax || this.#inFlight !== null) return
    if (this.#context.undoes) this.#callForAll()
    else this.#call()
  }

  flush(force: boolean): void {
    this.#settling ||= force
    if (this.#inFlight === null && this.#waiting > 0) this.#call()
  }

  ready(): boolean {
    if (this.#error !== null) throw this.#error.thrown
    if (this.#inFlight === null && (this.#settling || this.#waiting >= this.#recordsMax) && this.#waiting > 0) this.#call()
    if (this.#inFlight !== null) return !this.#settling && this.#waiting < this.#recordsMax
    this.#settling = false
    return true
  }

  async close(): Promise<void> {
    this.#abort.abort()
    if (this.#inFlight !== null) await endsWithin(this.#inFlight, SINK_CLOSE_MS_MAX)
  }

  /** What the function throws is about a batch: no policy for bad records can tell which one to leave out. */
  #callForAll(): void {
    try {
      this.#call()
    } catch (cause) {
      const { operator, site } = this.#context
      throw new MillraceError('MR_SINK_FAILED', 'The function of sink.forEachBatch threw: a whole batch cannot be left out', {
        cause,
        operator,
        site,
      })
    }
  }

  /** A promise is waited for; anything else is done at once. */
  #call(): void {
    do {
      const records = this.#takeBatch()
      const returned = this.#fn(records, { signal: this.#abort.signal, index: this.#context.index }) as PromiseLike<unknown> | undefined
      if (typeof returned?.then === 'function') this.#inFlight = this.#waitFor(returned)
    } while (this.#settling && this.#inFlight === null && this.#waiting > 0)
  }

  #takeBatch(): unknown[] {
    const records = this.#records
    const from = this.#taken
    const to = from + this.#recordsMax
    if (to < records.length) {
      // One step may bring any number: what stays is moved once in a while.
      const isMoved = to * 2 >= records.length
      this.#taken = isMoved ? 0 : to
      if (isMoved) this.#records = records.slice(to)
      return records.slice(from, to)
    }
    this.#records = []
    this.#taken = 0
    return from === 0 ? records : records.slice(from)
  }

  async #waitFor(returned: PromiseLike<unknown>): Promise<void> {
    try {
      await returned
    } catch (thrown) {
      this.#error = { thrown }
    }
    this.#inFlight = null
    this.#context.wake()
  }
}

export const forEachBatchSink: OperatorDefinition = {
  kind: 'forEachBatchSink',
  create: (spec, context) => new BatchSink(spec as unknown as BatchSinkSpec, context),
}
