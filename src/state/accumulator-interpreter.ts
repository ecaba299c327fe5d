import type { Key } from '../core/key-hash.ts'
import type { AccumulatorColumn, AccumulatorLayout, AggregateOutput } from './accumulator-layout.ts'
import type { AccumulatorLoops, KeyColumn, ValueColumn } from './accumulator-loops.ts'
import { EMPTY } from './accumulator-store.ts'
import type { AccumulatorStore } from './accumulator-store.ts'
import { GLOBAL_KEY, selectKey } from './key-selector.ts'
import type { KeySelector } from './key-selector.ts'
import type { KeySlots } from './key-slots.ts'

const combine = (op: AccumulatorColumn['op'], a: number, b: number): number => {
  if (op === 'min') return Math.min(a, b)
  return op === 'max' ? Math.max(a, b) : a + b
}

/** The twin of the generated loops, for processes that forbid code generation, and to test them against. */
export class InterpretedLoops<T> implements AccumulatorLoops<T> {
  readonly #store: AccumulatorStore
  readonly #layout: AccumulatorLayout
  readonly #keys: KeySlots
  readonly #selector: KeySelector<T>
  /** The fields of the row at hand. */
  readonly #values: number[]
  /** What the accumulators of the row at hand become, once nothing can throw any more. */
  readonly #next: unknown[]

  constructor(store: AccumulatorStore, keys: KeySlots, selector: KeySelector<T>) {
    this.#store = store
    this.#layout = store.layout
    this.#keys = keys
    this.#selector = selector
    this.#values = store.layout.fields.map(() => 0)
    this.#next = store.layout.columns.map(() => undefined)
  }

  add(slot: number, record: T): void {
    this.#readRecord(record, this.#keys.keyAt(slot))
    this.#addRow(slot, record)
  }

  addRecord(record: T): number {
    const key = selectKey(this.#selector, record)
    this.#readRecord(record, key)
    const slot = this.#keys.slotOf(key)
    this.#addRow(slot, record)
    this.#store.records++
    return slot
  }

  addRecords(records: readonly T[], from: number, to: number): void {
    const { records: before } = this.#store
    for (let i = from; i < to; i++) this.addRecord(records[i])
    this.#store.records = before
  }

  addIntColumns(keys: Int32Array, fields: readonly ValueColumn[], from: number, to: number): void {
    this.addKeyColumns(keys, fields, from, to)
  }

  addKeyColumns(keys: KeyColumn, fields: readonly ValueColumn[], from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const key = this.#selector === 'global' ? GLOBAL_KEY : keys[i]
      for (let f = 0; f < this.#values.length; f++) this.#readValue(f, fields[f][i], key)
      this.#addRow(this.#keys.slotOf(key), undefined as T)
    }
  }

  runIntColumns(keys: Int32Array, fields: readonly ValueColumn[], from: number, to: number, out: readonly Float64Array[]): void {
    this.runKeyColumns(keys, fields, from, to, out)
  }

  runKeyColumns(keys: KeyColumn, fields: readonly ValueColumn[], from: number, to: number, out: readonly Float64Array[]): void {
    const { outputs } = this.#layout
    for (let i = from; i < to; i++) {
      this.addKeyColumns(keys, fields, i, i + 1)
      const slot = this.#keys.slotOf(this.#selector === 'global' ? GLOBAL_KEY : keys[i])
      for (let o = 0; o < outputs.length; o++) out[o][i - from] = this.#outputAt(slot, outputs[o]) as number
    }
  }

  mergeIntColumns(keys: Int32Array, accumulators: readonly ValueColumn[], from: number, to: number): void {
    this.mergeKeyColumns(keys, accumulators, from, to)
  }

  mergeKeyColumns(keys: KeyColumn, accumulators: readonly ValueColumn[], from: number, to: number): void {
    for (let i = from; i < to; i++) this.#mergeRow(this.#keys.slotOf(keys[i]), accumulators, i)
  }

  resultAt(slot: number): Record<string, unknown> {
    const result: Record<string, unknown> = this.#selector === 'global' ? {} : { key: this.#keys.keyAt(slot) }
    for (const output of this.#layout.outputs) result[output.name] = this.#outputAt(slot, output)
    return result
  }

  #outputAt(slot: number, { column, divisor }: AggregateOutput): unknown {
    const { data } = this.#store
    const { custom } = this.#layout.columns[column]
    if (custom !== undefined) return custom.result(data[column][slot])
    return divisor < 0 ? data[column][slot] : (data[column][slot] as number) / (data[divisor][slot] as number)
  }

  #readRecord(record: T, key: Key): void {
    const { fields } = this.#layout
    for (let f = 0; f < fields.length; f++) this.#readValue(f, (record as Record<string, unknown>)[fields[f]], key)
  }

  #readValue(field: number, value: unknown, key: Key): void {
    if (typeof value !== 'number') this.#store.refuse(field, key, value)
    else this.#values[field] = value
  }

  #addRow(slot: number, record: T): void {
    const { columns } = this.#layout
    for (let c = 0; c < columns.length; c++) {
      const { op, field, custom } = columns[c]
      const current = this.#current(slot, c)
      this.#next[c] = custom
        ? custom.add(current, record as never)
        : combine(op, current as number, op === 'count' ? 1 : this.#values[field])
    }
    this.#storeRow(slot)
  }

  #mergeRow(slot: number, accumulators: readonly ValueColumn[], row: number): void {
    const { columns } = this.#layout
    for (let c = 0; c < columns.length; c++) {
      const { op, custom } = columns[c]
      const current = this.#current(slot, c)
      const partial = accumulators[c][row]
      this.#next[c] = custom ? custom.merge(current, partial) : combine(op, current as number, partial as number)
    }
    this.#storeRow(slot)
  }

  #current(slot: number, column: number): unknown {
    const { initial, custom } = this.#layout.columns[column]
    if (slot >= this.#store.flags.length || this.#store.flags[slot] === EMPTY) return custom ? custom.create() : initial
    return this.#store.data[column][slot]
  }

  #storeRow(slot: number): void {
    const store = this.#store
    if (slot >= store.flags.length) store.grow(slot + 1)
    for (let c = 0; c < this.#next.length; c++) store.data[c][slot] = this.#next[c]
    store.touch(slot)
  }
}
