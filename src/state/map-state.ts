import { isPrimitiveKey, refuseKey } from '../core/key.ts'
import type { CellSpec, KeyedStateBackend, StateCell } from './keyed-backend.ts'
import { ownString } from '../codec/own-string.ts'
import { ownValue } from './own-value.ts'
import { type Dated, lastOf } from './state-cells.ts'
import type { Undoable } from './state-journal.ts'
import { type StateScope, refuseAccess } from './state-scope.ts'
import { loadingFrom, signatureOf } from './state-signature.ts'
import type { MapState, StateSpec } from './state-specs.ts'

/** The entries of one key. */
type Entries<K, V> = Map<K, Dated<V>>

/** Stands for all entries in the journal. */
const ALL = Symbol('all entries')

export class MapHandle<K, V> implements MapState<K, V>, Undoable {
  readonly #scope: StateScope
  readonly #cell: StateCell<Entries<K, V>>
  /** Infinity: entries do not expire. */
  readonly #ttlMs: number
  readonly #refreshesOnRead: boolean

  constructor(name: string, spec: StateSpec<unknown>, backend: KeyedStateBackend, scope: StateScope) {
    this.#scope = scope
    this.#ttlMs = spec.options.ttl?.ms ?? Infinity
    this.#refreshesOnRead = spec.options.ttl?.refresh === 'onReadAndWrite'
    this.#cell = backend.cell(entriesCell<K, V>(name, spec, this.#ttlMs, scope.freezes))
  }

  get size(): number {
    const entries = this.#entries()
    if (entries === undefined || this.#ttlMs === Infinity) return entries?.size ?? 0
    let size = 0
    for (const dated of entries.values()) if (this.#isLive(dated)) size++
    return size
  }

  get(key: K): V | undefined {
    const dated = this.#entries()?.get(key)
    if (dated === undefined || !this.#isLive(dated)) return undefined
    if (this.#refreshesOnRead) this.#refresh(key, dated)
    return dated.value
  }

  has(key: K): boolean {
    return this.get(key) !== undefined
  }

  set(key: K, value: V): void {
    const slot = this.#slot()
    if (!isPrimitiveKey(key)) refuseKey(key)
    if (value === undefined) return void this.delete(key)
    const { journal, nowMs, freezes } = this.#scope
    let entries = this.#cell.get(slot)
    if (entries === undefined) this.#cell.set(slot, (entries = new Map()))
    else this.#cell.touched(slot)
    const dated = entries.get(key)
    journal?.note(this, slot, key, dated && { ...dated })
    const own = typeof value === 'number' ? value : ownValue(value, freezes)
    if (dated === undefined) entries.set(typeof key === 'string' ? (ownString(key) as K) : key, { value: own, atMs: nowMs })
    else {
      dated.value = own
      dated.atMs = nowMs
    }
    if (this.#ttlMs < Infinity) this.#cell.expireAt(slot, nowMs + this.#ttlMs)
  }

  delete(key: K): boolean {
    const slot = this.#slot()
    const entries = this.#entries()
    const dated = entries?.get(key)
    if (entries === undefined || dated === undefined) return false
    this.#scope.journal?.note(this, slot, key, dated)
    this.#cell.touched(slot)
    entries.delete(key)
    if (entries.size === 0) this.#cell.clear(slot)
    return this.#isLive(dated)
  }

  clear(): void {
    const slot = this.#slot()
    const entries = this.#cell.get(slot)
    if (entries === undefined) return
    this.#scope.journal?.note(this, slot, ALL, entries)
    this.#cell.clear(slot)
  }

  *entries(): IterableIterator<[K, V]> {
    const slot = this.#slot()
    for (const [key, dated] of this.#entries() ?? []) {
      if (this.#scope.slot !== slot) refuseAccess(this.#scope.slot)
      if (!this.#isLive(dated)) continue
      if (this.#refreshesOnRead) this.#refresh(key, dated)
      yield [key, dated.value]
    }
  }

  *keys(): IterableIterator<K> {
    for (const [key] of this.entries()) yield key
  }

  *values(): IterableIterator<V> {
    for (const [, value] of this.entries()) yield value
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries()
  }

  undo(slot: number, key: unknown, before: unknown): void {
    if (key === ALL) return this.#cell.set(slot, before as Entries<K, V>)
    const entries: Entries<K, V> = this.#cell.get(slot) ?? new Map()
    if (before === undefined) entries.delete(key as K)
    else entries.set(key as K, before as Dated<V>)
    if (entries.size === 0) this.#cell.clear(slot)
    else this.#cell.set(slot, entries)
  }

  #slot(): number {
    const { slot } = this.#scope
    if (slot < 0) refuseAccess(slot)
    return slot
  }

  #entries(): Entries<K, V> | undefined {
    return this.#cell.get(this.#slot())
  }

  #isLive({ atMs }: Dated<V>): boolean {
    return atMs + this.#ttlMs > this.#scope.nowMs
  }

  #refresh(key: K, dated: Dated<V>): void {
    const { nowMs, slot, journal } = this.#scope
    if (dated.atMs === nowMs) return
    journal?.note(this, slot, key, { ...dated })
    this.#cell.touched(slot)
    dated.atMs = nowMs
  }
}

/** Stored: keys and values in turn; where they expire, a time after each value. */
function entriesCell<K, V>(name: string, spec: StateSpec<unknown>, ttlMs: number, freezes: boolean): CellSpec<Entries<K, V>> {
  const loading = lastOf((signature: string) => loadingFrom(signature, name, spec))
  const expires = ttlMs < Infinity
  return {
    name,
    signature: signatureOf(spec),
    ttlMs,
    save: (entries) => Array.from(entries, ([key, { value, atMs }]) => (expires ? [key, value, atMs] : [key, value])).flat(1),
    load: (stored, signature, nowMs) => {
      const { timed, migrate } = loading(signature)
      const flat = stored as readonly unknown[]
      const entries: Entries<K, V> = new Map()
      const stride = timed ? 3 : 2
      for (let i = 0; i < flat.length; i += stride) {
        const atMs = timed ? (flat[i + 2] as number) : nowMs
        entries.set(flat[i] as K, { value: ownValue(migrate(flat[i + 1]) as V, freezes), atMs })
      }
      return entries
    },
    purge: (entries, nowMs) => {
      let earliest = -Infinity
      for (const [key, { atMs }] of entries) {
        if (atMs + ttlMs <= nowMs) entries.delete(key)
        else earliest = earliest === -Infinity ? atMs + ttlMs : Math.min(earliest, atMs + ttlMs)
      }
      return earliest
    },
  }
}
