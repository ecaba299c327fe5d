import { type ColumnReader, markAt } from './column-reader.ts'
import type { ShapeRows } from './decoded-batch.ts'
import { MARK } from './payload.ts'
import type { Runs } from './runs.ts'
import { setField } from './value-packing.ts'

/** One shape of a batch, to be read in any order. */
interface OpenShape {
  readonly whole: boolean
  readonly columns: readonly ColumnReader[]
  readonly marks: readonly (Uint8Array | null)[]
}

/**
 * Records of a batch one by one, in any order, a new object each time: for whoever may want few of them. Their texts keep nothing of the batch alive. What is wrong with the batch is said when it is
 * opened, not when a record is wanted.
 */
export class RecordRows {
  readonly length: number
  readonly #shapes: readonly OpenShape[]
  /** By record, where there are several shapes: which of them it has, and its row there. */
  readonly #shapeOf: Uint8Array | null = null
  readonly #rowOf: Uint32Array | null = null

  /** @throws MillraceError MR_FRAME_CORRUPT */
  constructor(length: number, shapes: readonly ShapeRows[], { shapes: shapeOfRun, ends }: Runs) {
    this.length = length
    this.#shapes = shapes.map(({ shape, columns }) => {
      for (const column of columns) column.open()
      return { whole: shape.schema.whole, columns, marks: columns.map((column) => (column.hasMarks ? column.marks() : null)) }
    })
    if (shapes.length < 2) return
    this.#shapeOf = new Uint8Array(length)
    this.#rowOf = new Uint32Array(length)
    const rows = shapes.map(() => 0)
    for (let run = 0, i = 0; run < ends.length; run++) {
      const shape = shapeOfRun[run]!
      for (; i < ends[run]!; i++) {
        this.#shapeOf[i] = shape
        this.#rowOf[i] = rows[shape]!++
      }
    }
  }

  at(i: number): unknown {
    const { whole, columns, marks } = this.#shapes[this.#shapeOf === null ? 0 : this.#shapeOf[i]!]!
    const row = this.#rowOf === null ? i : this.#rowOf[i]!
    if (whole) return columns[0]!.ownAt(row, marks[0]!)
    const record: Record<string, unknown> = {}
    for (let c = 0; c < columns.length; c++) {
      const column = columns[c]!
      const bits = marks[c]!
      if (bits === null || markAt(bits, row) !== MARK.absent) setField(record, column.field.name, column.ownAt(row, bits))
    }
    return record
  }
}
