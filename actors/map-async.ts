import type { OperatorActor, OperatorContext, OperatorDefinition, Progress, RecordOrigin, StateChunk } from '../src/actor/contract.ts'
import { CallQueue } from '../src/actor/queue-kit.ts'
import { type CallMoment, type CallPolicy, PatientCalls } from './patient-calls.ts'

export interface AsyncSpec extends CallPolicy {
  readonly fn: (record: unknown, call: CallMoment) => unknown
  readonly inFlight: number
  readonly ordered: boolean
}

interface Call {
  readonly record: unknown
  readonly timestamp: number
  readonly origin: RecordOrigin | null
  settled: boolean
  result: unknown
  error: { readonly thrown: unknown } | null
  /** It was made here: one that a checkpoint had the result of is not. */
  begun: boolean
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
  readonly #calls: PatientCalls
  /** Calls that have begun and whose results have not left. */
  #open = 0
  #draining = false

  constructor(spec: AsyncSpec, context: OperatorContext) {
    this.#spec = spec
    this.#context = context
    this.#queue = new CallQueue(spec.ordered)
    this.#calls = new PatientCalls(spec, context)
  }

  get wakeAtMs(): number {
    return this.#calls.wakeAtMs
  }

  get awaitsPromise(): boolean {
    return this.#calls.open > 0
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

  onTime(): void {
    this.#calls.onTime()
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
    this.#calls.close()
  }

  #add(saved: SavedCall): void {
    const call: Call = { ...saved, error: null, begun: false }
    this.#queue.add(call)
    if (!call.settled) this.#waiting.push(call)
  }

  #startWaiting(): void {
    while (this.#next < this.#waiting.length && this.#open < this.#spec.inFlight) {
      const call = this.#waiting[this.#next++]!
      this.#open++
      this.#begin(call)
    }
    if (this.#next < this.#waiting.length) return
    this.#waiting = []
    this.#next = 0
  }

  #begin(call: Call): void {
    call.begun = true
    this.#calls.begin(
      (moment) => this.#spec.fn(call.record, moment),
      (outcome) => {
        if ('thrown' in outcome) call.error = outcome
        else call.result = outcome.result
        this.#queue.settle(call)
      },
    )
  }

  #leave(call: Call): void {
    if (call.begun) this.#open--
    const { record, timestamp, origin, error, result } = call
    this.#context.guarded(record, timestamp, origin, () => {
      if (error !== null) throw error.thrown
      this.#context.emit(result, timestamp)
    })
  }
}

export const mapAsync: OperatorDefinition = {
  kind: 'mapAsync',
  create: (spec, context) => new MapAsyncActor(spec as unknown as AsyncSpec, context),
}
