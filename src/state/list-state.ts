import type { CellSpec, KeyedStateBackend, StateCell } from './keyed-backend.ts'
import { ownValue } from './own-value.ts'
import { lastOf } from './state-cells.ts'
import type { Undoable } from './state-journal.ts'
import { type StateScope, refuseAccess } from './state-scope.ts'
import { loadingFrom, signatureOf } from './state-signature.ts'
import type { ListState, StateSpec } from './state-specs.ts'

/** The elements of one key; beside them, where they expire, when each was written or read last. */
interface Items<T> {
  readonly items: T[]
  readonly times: number[] | null
}

/** The same, stored without times, or with them. */
type StoredItems = readonly unknown[] | readonly [items: readonly unknown[], times: readonly number[]]

export class ListHandle<T> implements ListState<T>, Undoable {
  readonly #scope: StateScope
  readonly #cell: StateCell<Items<T>>
  /** Infinity: they do not expire. */
  readonly #ttlMs: number
  readonly #refreshesOnRead: boolean

  constructor(name: string, spec: StateSpec<unknown>, backend: KeyedStateBackend, scope: StateScope) {
    this.#scope = scope
    this.#ttlMs = spec.options.ttl?.ms ?? Infinity
    this.#refreshesOnRead = spec.options.ttl?.refresh === 'onReadAndWrite'
    this.#cell = backend.cell(itemsCell<T>(name, spec, this.#ttlMs, scope.freezes))
  }

  get length(): number {
    return this.#read()?.items.length ?? 0
  }

  get(): T[] {
    return this.#read()?.items.slice() ?? []
  }

  add(...elements: readonly T[]): void {
    const slot = this.#slot()
    const { journal, freezes, nowMs } = this.#scope
    if (elements.length === 0) return
    let all = this.#cell.get(slot)
    if (journal !== null) journal.note(this, slot, all?.items.length ?? 0, null)
    if (all === undefined) {
      all = { items: [], times: this.#ttlMs < Infinity ? [] : null }
      this.#cell.set(slot, all)
    } else this.#cell.touched(slot)
    for (const element of elements) {
      all.items.push(ownValue(element, freezes))
      all.times?.push(nowMs)
    }
    if (all.times !== null) this.#cell.expireAt(slot, nowMs + this.#ttlMs)
  }

  set(elements: readonly T[]): void {
    this.clear()
    if (elements.length > 0) this.add(...elements)
  }

  clear(): void {
    const slot = this.#slot()
    const all = this.#cell.get(slot)
    if (all === undefined) return
    this.#scope.journal?.note(this, slot, null, all)
    this.#cell.clear(slot)
  }

  [Symbol.iterator](): IterableIterator<T> {
    const items = this.#read()?.items
    return items === undefined ? [].values() : this.#iterate(this.#scope.slot, items)
  }

  *#iterate(slot: number, items: readonly T[]): IterableIterator<T> {
    for (let i = 0; i < items.length; i++) {
      if (this.#scope.slot !== slot) refuseAccess(this.#scope.slot)
      yield items[i]!
    }
  }

  /** @param length to which a list is cut back; or null, to bring one back */
  undo(slot: number, length: unknown, before: unknown): void {
    if (length === null) return this.#cell.set(slot, before as Items<T>)
    if (length === 0) return this.#cell.clear(slot)
    const { items, times } = this.#cell.get(slot)!
    items.length = length as number
    if (times !== null) times.length = length as number
    this.#cell.touched(slot)
  }

  #slot(): number {
    const { slot } = this.#scope
    if (slot < 0) refuseAccess(slot)
    return slot
  }

  #read(): Items<T> | undefined {
    const slot = this.#slot()
    const all = this.#cell.get(slot)
    if (all === undefined || all.times === null) return all
    const { nowMs, journal } = this.#scope
    const live = withoutExpired(all, nowMs - this.#ttlMs)
    if (!this.#refreshesOnRead || live.items.length === 0) return live.items.length === 0 ? undefined : live
    if (live === all && all.times[0] === nowMs && all.times.at(-1) === nowMs) return all
    journal?.note(this, slot, null, all)
    const refreshed = { items: live === all ? all.items.slice() : live.items, times: live.items.map(() => nowMs) }
    this.#cell.set(slot, refreshed)
    return refreshed
  }
}

/** Elements that were touched after a time: the same object when that is all. */
function withoutExpired<T>(all: Items<T>, afterMs: number): Items<T> {
  const times = all.times!
  let expired = false
  for (let i = 0; i < times.length && !expired; i++) expired = times[i]! <= afterMs
  if (!expired) return all
  return { items: all.items.filter((_, i) => times[i]! > afterMs), times: times.filter((time) => time > afterMs) }
}

function itemsCell<T>(name: string, spec: StateSpec<unknown>, ttlMs: number, freezes: boolean): CellSpec<Items<T>> {
  const loading = lastOf((signature: string) => loadingFrom(signature, name, spec))
  return {
    name,
    signature: signatureOf(spec),
    ttlMs,
    save: ({ items, times }): StoredItems => (times === null ? items : [items, times]),
    load: (stored, signature, nowMs) => {
      const { timed, migrate } = loading(signature)
      const items = (timed ? (stored as [unknown[], number[]])[0] : (stored as unknown[])).map((item) =>
        ownValue(migrate(item) as T, freezes),
      )
      const times = timed ? (stored as [unknown[], number[]])[1] : items.map(() => nowMs)
      return { items, times: ttlMs < Infinity ? times : null }
    },
    purge: (all, nowMs) => {
      const { items, times } = all
      let kept = 0
      let earliest = Infinity
      for (let i = 0; i < items.length; i++) {
        if (times![i]! + ttlMs <= nowMs) continue
        earliest = Math.min(earliest, times![i]! + ttlMs)
        items[kept] = items[i]!
        times![kept++] = times![i]!
      }
      items.length = times!.length = kept
      return kept === 0 ? -Infinity : earliest
    },
  }
}
