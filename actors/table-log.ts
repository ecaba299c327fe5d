import type { AccumulatorTable } from '../src/actor/table-kit.ts'

export type Row = Readonly<Record<string, unknown>>

/** Name of the sum that says how many rows of another table a row is made of. */
const ROWS = '+n'

/** A slot without records, as state tables mark it. */
const EMPTY = 0

/**
 * What the readers of a table know of each row, so that they can be told what has changed since: 'kinds' says it in changes that take the
 * old row back, 'rows' in the newest rows. A snapshot needs none of it: before every snapshot all is told.
 */
export class TableLog {
  readonly #table: AccumulatorTable<unknown>
  readonly #averages: readonly string[] | null
  readonly #emit: (record: unknown) => void
  readonly #tells: 'kinds' | 'rows' | 'nothing'
  /** By slot. */
  readonly #known: (Row | undefined)[] = []

  /** @param averages results that are to be divided by the number of rows; null for a table whose rows never vanish */
  constructor(
    table: AccumulatorTable<unknown>,
    averages: readonly string[] | null,
    tells: 'kinds' | 'rows' | 'nothing',
    emit: (record: unknown) => void,
  ) {
    this.#table = table
    this.#averages = averages
    this.#tells = tells
    this.#emit = emit
  }

  /** Rows that came out of a checkpoint are known, but for those that had changed when it was made. */
  restored(): void {
    const { flags } = this.#table.store
    const dirty = new Set(this.#table.store.dirtySlots.subarray(0, this.#table.dirtyCount))
    if (this.#tells === 'nothing') return
    for (let slot = 0; slot < this.#table.keys.size; slot++)
      if (flags[slot] !== EMPTY && !dirty.has(slot)) this.#known[slot] = this.rowAt(slot) ?? undefined
  }

  /** A row of which all was told is in the table again. */
  came(slot: number): void {
    if (this.#tells !== 'nothing') this.#known[slot] = this.rowAt(slot) ?? undefined
  }

  /** It leaves the table for now. */
  left(slot: number): void {
    if (slot < this.#known.length) this.#known[slot] = undefined
  }

  /** The row of a slot, or null when all that it was made of was taken back. */
  rowAt(slot: number): Row | null {
    const row: Row = this.#table.resultAt(slot)
    return this.#averages === null ? row : row[ROWS] === 0 ? null : finished(row, this.#averages)
  }

  /** Tells all that has changed. */
  drain(): void {
    this.#table.drainDirty((slot) => {
      const row = this.rowAt(slot)
      // Back to what it was before its first record: what rounding has left of fractions goes, too.
      if (row === null) this.#table.store.empty(slot)
      if (this.#tells === 'nothing') return
      const before = this.#known[slot]
      this.#known[slot] = row ?? undefined
      if (this.#tells === 'kinds') this.#tellKinds(before, row)
      else if (row !== null ? before === undefined || !same(before, row) : before !== undefined)
        this.#emit(row ?? finished(this.#table.resultAt(slot), this.#averages!))
    })
  }

  #tellKinds(before: Row | undefined, row: Row | null): void {
    if (before === undefined) {
      if (row !== null) this.#emit({ kind: 'insert', row })
    } else if (row === null) {
      this.#emit({ kind: 'delete', row: before })
    } else if (!same(before, row)) {
      this.#emit({ kind: 'update-before', row: before })
      this.#emit({ kind: 'update-after', row })
    }
  }
}

function finished(row: Row, averages: readonly string[]): Row {
  const { [ROWS]: rows, ...results } = row as Record<string, number>
  for (const name of averages) results[name]! /= rows!
  return results
}

/** Results that are objects always count as changed. */
function same(a: Row, b: Row): boolean {
  for (const name in a) if (name !== 'key' && !Object.is(a[name], b[name])) return false
  return true
}
