import type { OperatorActor, OperatorContext, OperatorDefinition } from '../src/actor/contract.ts'
import { type Key, canonicalKey } from '../src/actor/operator-kit.ts'
import { SINK_CLOSE_MS_MAX } from '../src/limits.ts'
import { type CallMoment, type CallPolicy, PatientCalls } from './patient-calls.ts'
import { type RowChange, rowChangeOf, type RowRules } from './row-change.ts'
import { endsWithin } from './within-ms.ts'

type Upsert = readonly [key: Key, row: unknown]

interface UpsertSinkSpec extends CallPolicy, RowRules {
  readonly write: (rows: Upsert[], call: CallMoment & { readonly index: number }) => unknown
  readonly batchRecords: number
  readonly inFlight: number
}

/**
 * Newest rows by key to a function. Several calls are under way at a time, but never two with the same key: so the last row of a key is the last
 * that is written, also when calls are made again.
 */
class UpsertSink implements OperatorActor {
  readonly #spec: UpsertSinkSpec
  readonly #context: OperatorContext
  readonly #calls: PatientCalls
  /** By canonical key: rows that wait, the newest of each key, in the order in which their keys came. */
  readonly #waiting = new Map<string, Upsert>()
  /** Keys of calls that are under way. */
  readonly #underWay = new Set<string>()
  readonly #open = new Set<Promise<unknown>>()
  /** All that waits has keys that are under way. */
  #stuck = false
  /** Nothing may wait or be under way before the barrier or the end is dealt with. */
  #settling = false
  #failure: { readonly thrown: unknown } | null = null

  constructor(spec: UpsertSinkSpec, context: OperatorContext) {
    this.#spec = spec
    this.#context = context
    this.#calls = new PatientCalls(spec, context)
  }

  get holdsBack(): boolean {
    return this.#waiting.size > 0 && this.#calls.size < this.#spec.inFlight && !this.#stuck
  }

  get awaitsPromise(): boolean {
    return this.#calls.open > 0
  }

  get wakeAtMs(): number {
    return this.#calls.wakeAtMs
  }

  onTime(): void {
    this.#calls.onTime()
  }

  process(record: unknown): void {
    const change = rowChangeOf(this.#spec, record)
    if (change !== null) this.#take(change)
  }

  flush(force: boolean): void {
    this.#settling ||= force
    this.#send(1)
  }

  ready(): boolean {
    if (this.#failure !== null) throw this.#failure.thrown
    this.#send(this.#settling ? 1 : this.#spec.batchRecords)
    if (this.#settling) this.#settling = this.#waiting.size > 0 || this.#calls.size > 0
    return !this.#settling && this.#waiting.size < this.#spec.batchRecords
  }

  async close(): Promise<void> {
    this.#calls.close()
    // What is still written must not come behind what the next attempt writes.
    await endsWithin(Promise.allSettled(this.#open), SINK_CLOSE_MS_MAX)
  }

  #take({ key, row }: RowChange): void {
    const name = canonicalKey(key as Key)
    this.#waiting.set(name, [key as Key, row])
    if (!this.#underWay.has(name)) this.#stuck = false
    if (this.#waiting.size >= this.#spec.batchRecords) this.#send(this.#spec.batchRecords)
  }

  /** Begins calls, of at least so many rows each. */
  #send(rowsMin: number): void {
    while (this.#waiting.size >= rowsMin && this.#waiting.size > 0 && this.#calls.size < this.#spec.inFlight && !this.#stuck) {
      const names: string[] = []
      for (const name of this.#waiting.keys()) {
        if (this.#underWay.has(name)) continue
        if (names.push(name) === this.#spec.batchRecords) break
      }
      this.#stuck = names.length === 0
      if (names.length > 0) this.#write(names)
    }
  }

  #write(names: readonly string[]): void {
    const rows = names.map((name) => this.#waiting.get(name)!)
    for (const name of names) {
      this.#waiting.delete(name)
      this.#underWay.add(name)
    }
    this.#calls.begin(
      (moment) => this.#watch(this.#spec.write([...rows], { ...moment, index: this.#context.index })),
      (outcome) => {
        for (const name of names) this.#underWay.delete(name)
        this.#stuck = false
        if ('thrown' in outcome) this.#failure ??= outcome
      },
    )
  }

  #watch(returned: unknown): unknown {
    if (typeof (returned as PromiseLike<unknown> | undefined)?.then !== 'function') return returned
    const call = Promise.resolve(returned)
    const over = (): void => void this.#open.delete(call)
    this.#open.add(call)
    call.then(over, over)
    return call
  }
}

export const upsertSink: OperatorDefinition = {
  kind: 'upsertSink',
  create: (spec, context) => new UpsertSink(spec as unknown as UpsertSinkSpec, context),
}
