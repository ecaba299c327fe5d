import type { Emit, OperatorContext } from '../src/actor/contract.ts'
import type { Key } from '../src/actor/operator-kit.ts'
import { CLOSED, type StateScope, type Timers, refuseAccess } from '../src/actor/process-kit.ts'
import { MillraceError } from '../src/errors.ts'

/** What the calls of one actor share. `begin` and `end` stand around each of them; in between, its context works. */
export interface Calls {
  readonly scope: StateScope
  /** Of the current record or timer. */
  key: Key | undefined
  timestamp: number
  watermark: number
}

type EmitRecord = (record: unknown) => void

/** The `ctx` of a keyed actor, one for all of its calls. */
export class ActorContext {
  readonly state: Readonly<Record<string, unknown>>
  readonly timers: { readonly event: ContextTimers; readonly processing: ContextTimers }
  readonly to: Readonly<Record<string, EmitRecord>>
  /** State that is the same in every instance, as this call may use it. */
  readonly broadcast: Readonly<Record<string, unknown>>
  /** A property, so that `onRecord(record, { emit })` works. */
  readonly emit: EmitRecord
  readonly #calls: Calls
  readonly #context: OperatorContext

  constructor(
    calls: Calls,
    context: OperatorContext,
    parts: {
      readonly states: Readonly<Record<string, unknown>>
      readonly broadcast: Readonly<Record<string, unknown>>
      readonly event: Timers
      readonly processing: Timers
      readonly outputs: readonly string[]
    },
  ) {
    this.#calls = calls
    this.#context = context
    this.state = parts.states
    this.broadcast = parts.broadcast
    this.timers = Object.freeze({
      event: new ContextTimers(calls.scope, parts.event),
      processing: new ContextTimers(calls.scope, parts.processing),
    })
    this.to = Object.freeze(Object.fromEntries(parts.outputs.map((name) => [name, emitter(calls, context.emitTo(name))])))
    this.emit = emitter(calls, (record, timestamp) => context.emit(record, timestamp))
    Object.freeze(this)
  }

  get key(): Key {
    const { slot } = this.#calls.scope
    if (slot < 0) refuseAccess(slot)
    return this.#calls.key!
  }

  get timestamp(): number {
    requireCall(this.#calls)
    return this.#calls.timestamp
  }

  get watermark(): number {
    requireCall(this.#calls)
    return this.#calls.watermark
  }

  get nowMs(): number {
    requireCall(this.#calls)
    return this.#context.clock.nowMs()
  }
}

function requireCall(calls: Calls): void {
  if (calls.scope.slot === CLOSED) refuseAccess(CLOSED)
}

function emitter(calls: Calls, emit: Emit): EmitRecord {
  return (record) => {
    requireCall(calls)
    emit(record, calls.timestamp)
  }
}

class ContextTimers {
  readonly #scope: StateScope
  readonly #timers: Timers

  constructor(scope: StateScope, timers: Timers) {
    this.#scope = scope
    this.#timers = timers
  }

  set(time: number): void {
    const { slot, journal } = this.#scope
    if (slot < 0) refuseAccess(slot)
    if (!Number.isFinite(time)) throw new MillraceError('MR_OPTION_INVALID', `a timer was set to ${String(time)}, which is no time in ms`)
    this.#timers.set(slot, time, journal)
  }

  delete(time: number): boolean {
    const { slot, journal } = this.#scope
    if (slot < 0) refuseAccess(slot)
    return this.#timers.delete(slot, time, journal)
  }
}
