import type { CellSpec, KeyedStateBackend, StateCell } from './keyed-backend.ts'
import { ownValue } from './own-value.ts'
import { loadingFrom, signatureOf } from './state-signature.ts'
import type { Undoable } from './state-journal.ts'
import type { StateScope } from './state-scope.ts'
import type { StateSpec } from './state-specs.ts'

/** Remembers what `make` made last, for a run of equal arguments. */
export function lastOf<A, R>(make: (argument: A) => R): (argument: A) => R {
  let known: { readonly argument: A; readonly result: R } | null = null
  return (argument) => {
    if (known === null || known.argument !== argument) known = { argument, result: make(argument) }
    return known.result
  }
}

/** Single values by slot, some of which expire. */
export interface ValueStore<V> {
  get(slot: number): V | undefined
  set(slot: number, value: V): void
  /** The value is about to be changed in place. */
  touched(slot: number): void
  clear(slot: number): void
}

/** What is read back is as what was set: it keeps no chunk alive, and is frozen where that was; accumulators never are. */
function ownedBy<V>(spec: StateSpec<unknown>, { freezes }: StateScope): (value: V) => V {
  return (value) => ownValue(value, freezes && spec.stateType !== 'aggregating')
}

export function openValues<V>(name: string, spec: StateSpec<unknown>, backend: KeyedStateBackend, scope: StateScope): ValueStore<V> {
  return spec.options.ttl === undefined ? new LastingValues(name, spec, backend, scope) : new ExpiringValues(name, spec, backend, scope)
}

class LastingValues<V> implements ValueStore<V>, Undoable {
  readonly #cell: StateCell<V>
  readonly #scope: StateScope

  constructor(name: string, spec: StateSpec<unknown>, backend: KeyedStateBackend, scope: StateScope) {
    const loading = lastOf((signature: string) => loadingFrom(signature, name, spec))
    const owned = ownedBy<V>(spec, scope)
    this.#scope = scope
    this.#cell = backend.cell<V>({
      name,
      signature: signatureOf(spec),
      ttlMs: Infinity,
      save: (value) => value,
      load: (stored, signature) => {
        const { timed, migrate } = loading(signature)
        return owned(migrate(timed ? (stored as Timed)[0] : stored) as V)
      },
      purge: () => Infinity,
    })
  }

  get(slot: number): V | undefined {
    return this.#cell.get(slot)
  }

  set(slot: number, value: V): void {
    const { journal } = this.#scope
    if (journal !== null) journal.note(this, slot, undefined, this.#cell.get(slot))
    this.#cell.set(slot, value)
  }

  touched(slot: number): void {
    this.#cell.touched(slot)
  }

  clear(slot: number): void {
    const { journal } = this.#scope
    if (journal !== null) journal.note(this, slot, undefined, this.#cell.get(slot))
    this.#cell.clear(slot)
  }

  undo(slot: number, _: unknown, before: unknown): void {
    if (before === undefined) this.#cell.clear(slot)
    else this.#cell.set(slot, before as V)
  }
}

/** A value and when it was written, or read, last. */
export interface Dated<V> {
  value: V
  atMs: number
}

/** The same, stored. */
type Timed = readonly [value: unknown, atMs: number]

class ExpiringValues<V> implements ValueStore<V>, Undoable {
  readonly #cell: StateCell<Dated<V>>
  readonly #scope: StateScope
  readonly #ttlMs: number
  readonly #refreshesOnRead: boolean

  constructor(name: string, spec: StateSpec<unknown>, backend: KeyedStateBackend, scope: StateScope) {
    const { ms, refresh } = spec.options.ttl!
    this.#scope = scope
    this.#ttlMs = ms
    this.#refreshesOnRead = refresh === 'onReadAndWrite'
    this.#cell = backend.cell(datedCell<V>(name, spec, ownedBy<V>(spec, scope)))
  }

  get(slot: number): V | undefined {
    const dated = this.#live(slot)
    if (dated === undefined) return undefined
    if (this.#refreshesOnRead && dated.atMs !== this.#scope.nowMs) this.#write(slot, dated, dated.value)
    return dated.value
  }

  set(slot: number, value: V): void {
    const dated = this.#cell.get(slot)
    if (dated !== undefined) return this.#write(slot, dated, value)
    const { journal, nowMs } = this.#scope
    if (journal !== null) journal.note(this, slot, undefined, undefined)
    this.#cell.set(slot, { value, atMs: nowMs })
    this.#cell.expireAt(slot, nowMs + this.#ttlMs)
  }

  touched(slot: number): void {
    this.#cell.touched(slot)
  }

  clear(slot: number): void {
    const { journal } = this.#scope
    const dated = this.#cell.get(slot)
    if (journal !== null && dated !== undefined) journal.note(this, slot, dated.value, dated.atMs)
    this.#cell.clear(slot)
  }

  undo(slot: number, value: unknown, atMs: unknown): void {
    if (atMs === undefined) return this.#cell.clear(slot)
    this.#cell.set(slot, { value: value as V, atMs: atMs as number })
    this.#cell.expireAt(slot, (atMs as number) + this.#ttlMs)
  }

  #live(slot: number): Dated<V> | undefined {
    const dated = this.#cell.get(slot)
    return dated !== undefined && dated.atMs + this.#ttlMs > this.#scope.nowMs ? dated : undefined
  }

  /** The same object for as long as the key has a value: a write makes none. */
  #write(slot: number, dated: Dated<V>, value: V): void {
    const { journal, nowMs } = this.#scope
    if (journal !== null) journal.note(this, slot, dated.value, dated.atMs)
    this.#cell.touched(slot)
    dated.value = value
    dated.atMs = nowMs
    this.#cell.expireAt(slot, nowMs + this.#ttlMs)
  }
}

function datedCell<V>(name: string, spec: StateSpec<unknown>, owned: (value: V) => V): CellSpec<Dated<V>> {
  const loading = lastOf((signature: string) => loadingFrom(signature, name, spec))
  const ttlMs = spec.options.ttl!.ms
  return {
    name,
    signature: signatureOf(spec),
    ttlMs,
    save: ({ value, atMs }) => [value, atMs],
    load: (stored, signature, nowMs) => {
      const { timed, migrate } = loading(signature)
      const [value, atMs] = timed ? (stored as Timed) : [stored, nowMs]
      return { value: owned(migrate(value) as V), atMs }
    },
    purge: ({ atMs }, nowMs) => (atMs + ttlMs > nowMs ? atMs + ttlMs : -Infinity),
  }
}
