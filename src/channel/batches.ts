import type { Column, ColumnBatch } from '../actor/contract.ts'

/** Records that stay within a worker: handed over by reference. */
export class RecordBatch implements ColumnBatch {
  readonly length: number
  readonly timestamps: Float64Array | null
  readonly #records: readonly unknown[]

  constructor(records: readonly unknown[], timestamps: Float64Array | null) {
    this.length = records.length
    this.timestamps = timestamps
    this.#records = records
  }

  records(): unknown[] {
    return this.#records as unknown[]
  }

  numbers(): null {
    return null
  }

  values(field: string): ArrayLike<unknown> {
    return this.#records.map((record) => (record as Record<string, unknown>)[field])
  }
}

/** Columns of a combiner that stay within a worker. */
export class LocalColumnBatch implements ColumnBatch {
  readonly length: number
  readonly timestamps = null
  readonly #columns: readonly Column[]

  constructor(columns: readonly Column[], length: number) {
    this.length = length
    this.#columns = columns
  }

  records(): unknown[] {
    return Array.from({ length: this.length }, (_, row) => Object.fromEntries(this.#columns.map(({ name, values }) => [name, values[row]])))
  }

  numbers(field: string): Int32Array | Float64Array | null {
    const values = this.values(field)
    return values instanceof Int32Array || values instanceof Float64Array ? values : null
  }

  values(field: string): ArrayLike<unknown> {
    return this.#columns.find((column) => column.name === field)!.values
  }
}
