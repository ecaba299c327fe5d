import { ownValue } from './own-value.ts'
import type { ValueStore } from './state-cells.ts'
import { type StateScope, refuseAccess } from './state-scope.ts'
import type { AggregatingState, ReducingState, StateAggregator, ValueState } from './state-specs.ts'

export class ValueHandle<T> implements ValueState<T> {
  readonly #scope: StateScope
  readonly #values: ValueStore<T>
  readonly #default: T | undefined

  constructor(scope: StateScope, values: ValueStore<T>, initial: T | undefined) {
    this.#scope = scope
    this.#values = values
    this.#default = initial === undefined ? undefined : ownValue(initial, true)
  }

  get(): T | undefined {
    const { slot } = this.#scope
    if (slot < 0) refuseAccess(slot)
    const value = this.#values.get(slot)
    return value === undefined ? this.#default : value
  }

  set(value: T): void {
    const { slot, freezes } = this.#scope
    if (slot < 0) refuseAccess(slot)
    if (typeof value === 'number') this.#values.set(slot, value)
    else if (value === undefined) this.#values.clear(slot)
    else this.#values.set(slot, ownValue(value, freezes))
  }

  update(fn: (value: T | undefined) => T): void {
    this.set(fn(this.get()))
  }

  has(): boolean {
    const { slot } = this.#scope
    if (slot < 0) refuseAccess(slot)
    return this.#values.get(slot) !== undefined
  }

  clear(): void {
    const { slot } = this.#scope
    if (slot < 0) refuseAccess(slot)
    this.#values.clear(slot)
  }
}

export class ReducingHandle<T> implements ReducingState<T> {
  readonly #scope: StateScope
  readonly #values: ValueStore<T>
  readonly #fn: (value: T, added: T) => T

  constructor(scope: StateScope, values: ValueStore<T>, fn: (value: T, added: T) => T) {
    this.#scope = scope
    this.#values = values
    this.#fn = fn
  }

  add(added: T): void {
    const { slot, freezes } = this.#scope
    if (slot < 0) refuseAccess(slot)
    const value = this.#values.get(slot)
    const next = value === undefined ? added : this.#fn(value, added)
    this.#values.set(slot, typeof next === 'number' ? next : ownValue(next, freezes))
  }

  get(): T | undefined {
    const { slot } = this.#scope
    if (slot < 0) refuseAccess(slot)
    return this.#values.get(slot)
  }

  clear(): void {
    const { slot } = this.#scope
    if (slot < 0) refuseAccess(slot)
    this.#values.clear(slot)
  }
}

/** Accumulators are changed in place where `add` does so: they are neither frozen nor copied, but for the journal. */
export class AggregatingHandle<In, Acc, Out> implements AggregatingState<In, Out> {
  readonly #scope: StateScope
  readonly #values: ValueStore<Acc>
  readonly #aggregator: StateAggregator<In, Acc, Out>

  constructor(scope: StateScope, values: ValueStore<Acc>, aggregator: StateAggregator<In, Acc, Out>) {
    this.#scope = scope
    this.#values = values
    this.#aggregator = aggregator
  }

  add(value: In): void {
    const { slot, journal } = this.#scope
    if (slot < 0) refuseAccess(slot)
    let acc = this.#values.get(slot)
    // The old one is what a rollback brings back, so a copy is changed.
    if (journal !== null && typeof acc === 'object' && acc !== null) acc = ownValue(acc, false)
    this.#values.set(slot, this.#aggregator.add(acc ?? this.#aggregator.create(), value))
  }

  get(): Out | undefined {
    const { slot } = this.#scope
    if (slot < 0) refuseAccess(slot)
    const acc = this.#values.get(slot)
    return acc === undefined ? undefined : this.#aggregator.result(acc)
  }

  clear(): void {
    const { slot } = this.#scope
    if (slot < 0) refuseAccess(slot)
    this.#values.clear(slot)
  }
}
