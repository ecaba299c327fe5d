import type { OperatorActor, OperatorContext, OperatorDefinition, Progress, RecordOrigin, StateChunk } from '../src/actor/contract.ts'
import { CallQueue } from '../src/actor/queue-kit.ts'
import { MillraceError } from '../src/errors.ts'

export interface AsyncSpec {
  readonly fn: (record: unknown, call: { readonly signal: AbortSignal; readonly attempt: number }) => unknown
  readonly inFlight: number
  readonly ordered: boolean
  readonly timeoutMs: number
  readonly retry: { readonly attempts: number; readonly minMs: number; readonly maxMs: number }
}

interface Call {
  readonly record: unknown
  readonly timestamp: number
  readonly origin: RecordOrigin | null
  settled: boolean
  result: unknown
  error: { readonly thrown: unknown } | null
  /** Attempts that have begun. */
  attempts: number
  /** When it has taken too long, or, between two attempts, when the next one begins. */
  dueMs: number
  abort: AbortController | null
}

/** A call as a checkpoint keeps it: one without a result is made again. */
interface SavedCall {
  readonly record: unknown
  readonly timestamp: number
  readonly origin: RecordOrigin | null
  readonly settled: boolean
  readonly result: unknown
}

/** Calls an async function for each record, a bounded number at a time. Records whose results have not left are part of every snapshot. */
class MapAsyncActor implements OperatorActor {
  readonly #spec: AsyncSpec
  readonly #context: OperatorContext
  readonly #queue: CallQueue<Call>
  /** Records that wait until others are through, from `#next` on. */
  #waiting: Call[] = []
  #next = 0
  readonly #running = new Set<Call>()
  /** Calls that have begun and whose results have not left. */
  #open = 0
  /** Promises under way. */
  #calling = 0
  #draining = false
  #closed = false
  wakeAtMs = Infinity

  constructor(spec: AsyncSpec, context: OperatorContext) {
    this.#spec = spec
    this.#context = context
    this.#queue = new CallQueue(spec.ordered)
  }

  get awaitsPromise(): boolean {
    return this.#calling > 0
  }

  get holdsRecords(): boolean {
    return this.#queue.size > 0
  }

  get releasedWatermark(): number {
    return this.#queue.releasedWatermark
  }

  open(): void {
    this.#startWaiting()
  }

  process(record: unknown, timestamp: number): void {
    this.#add({ record, timestamp, origin: this.#context.origin(), settled: false, result: undefined })
    this.#startWaiting()
  }

  onWatermark(watermark: number): Progress | 'held' {
    if (watermark < Infinity) {
      this.#queue.addWatermark(watermark)
      return 'held'
    }
    this.#draining = this.#queue.size > 0
    return this.#draining ? 'more' : 'done'
  }

  /** Results leave here, so that the slow sender of one holds up no other actor. */
  ready(): boolean {
    for (let call = this.#queue.take(); call !== undefined; call = this.#queue.take()) this.#leave(call)
    this.#startWaiting()
    return this.#next === this.#waiting.length && !(this.#draining && this.#queue.size > 0)
  }

  onTime(nowMs: number): void {
    for (const call of this.#running) {
      if (call.dueMs > nowMs) continue
      if (call.abort === null) this.#begin(call)
      else this.#failed(call, call.attempts, this.#timeout())
    }
    this.#setAlarm()
  }

  snapshot(): StateChunk[] {
    const calls = this.#queue.calls().map(({ record, timestamp, origin, settled, error, result }): SavedCall => {
      const done = settled && error === null
      return { record, timestamp, origin, settled: done, result: done ? result : undefined }
    })
    return [{ scope: 'split', id: this.#context.index, value: { calls, watermark: this.#queue.lastWatermark } }]
  }

  /** With another number of instances an instance may get the calls of several: what all of them had heard of is their smallest watermark. */
  restore(chunks: readonly StateChunk[]): void {
    const saved = chunks.map(({ value }) => value as { readonly calls: readonly SavedCall[]; readonly watermark: number })
    for (const { calls } of saved) for (const call of calls) this.#add(call)
    const watermark = Math.min(...saved.map((each) => each.watermark))
    if (watermark > -Infinity) this.#queue.addWatermark(watermark)
  }

  close(): void {
    this.#closed = true
    for (const { abort } of this.#running) abort?.abort(new MillraceError('MR_ABORTED', 'The attempt that made this call is over'))
  }

  #add(saved: SavedCall): void {
    const call: Call = { ...saved, error: null, attempts: 0, dueMs: Infinity, abort: null }
    this.#queue.add(call)
    if (!call.settled) this.#waiting.push(call)
  }

  #startWaiting(): void {
    while (this.#next < this.#waiting.length && this.#open < this.#spec.inFlight) {
      const call = this.#waiting[this.#next++]!
      this.#open++
      this.#running.add(call)
      this.#begin(call)
    }
    if (this.#next < this.#waiting.length) return
    this.#waiting = []
    this.#next = 0
  }

  #begin(call: Call): void {
    const attempt = ++call.attempts
    this.#calling++
    const abort = new AbortController()
    call.abort = abort
    call.dueMs = this.#context.clock.nowMs() + this.#spec.timeoutMs
    this.wakeAtMs = Math.min(this.wakeAtMs, call.dueMs)
    const failed = (error: unknown): void => this.#failed(call, attempt, error)
    try {
      Promise.resolve(this.#spec.fn(call.record, { signal: abort.signal, attempt })).then(
        (result) => this.#done(call, attempt, result),
        failed,
      )
    } catch (error) {
      failed(error)
    }
  }

  /** What an attempt says that was given up, or belongs to an earlier life of the job, counts for nothing. */
  #isCurrent(call: Call, attempt: number): boolean {
    return !this.#closed && !call.settled && call.attempts === attempt && call.abort !== null
  }

  #done(call: Call, attempt: number, result: unknown): void {
    if (!this.#isCurrent(call, attempt)) return
    this.#calling--
    call.result = result
    this.#settle(call)
  }

  #failed(call: Call, attempt: number, error: unknown): void {
    if (!this.#isCurrent(call, attempt)) return
    this.#calling--
    call.abort!.abort(error)
    const { attempts, minMs, maxMs } = this.#spec.retry
    if (attempt < attempts) {
      call.abort = null
      call.dueMs = this.#context.clock.nowMs() + Math.min(maxMs, minMs * 2 ** (attempt - 1))
      this.wakeAtMs = Math.min(this.wakeAtMs, call.dueMs)
      this.#context.wake()
      return
    }
    call.error = { thrown: error }
    this.#settle(call)
  }

  #settle(call: Call): void {
    this.#running.delete(call)
    this.#queue.settle(call)
    this.#context.wake()
  }

  #leave(call: Call): void {
    // One that a checkpoint had the result of never began here.
    if (call.attempts > 0) this.#open--
    const { record, timestamp, origin, error, result } = call
    this.#context.guarded(record, timestamp, origin, () => {
      if (error !== null) throw error.thrown
      this.#context.emit(result, timestamp)
    })
  }

  #timeout(): MillraceError {
    return new MillraceError('MR_ASYNC_TIMEOUT', `A call took longer than timeoutMs=${this.#spec.timeoutMs}`)
  }

  #setAlarm(): void {
    this.wakeAtMs = Infinity
    for (const { dueMs } of this.#running) this.wakeAtMs = Math.min(this.wakeAtMs, dueMs)
  }
}

export const mapAsync: OperatorDefinition = {
  kind: 'mapAsync',
  create: (spec, context) => new MapAsyncActor(spec as unknown as AsyncSpec, context),
}
