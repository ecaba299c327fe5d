import { PAYLOAD_HEADER_ELEMENTS, PAYLOAD_VERSION, ARRAY_TYPE } from './payload.ts'
import { PayloadWriter } from './payload-writer.ts'
import type { ShapeWriter } from './shape-writer.ts'

/** Puts the parts of a payload together: header, selector, columns. */
export class FrameWriter {
  readonly #out = new PayloadWriter()
  /** Index of each row's shape on this edge; the last shape is the one for records that fit nowhere. */
  #selector = new Uint8Array(64)

  begin(rows: number): void {
    if (this.#selector.length < rows) this.#selector = new Uint8Array(Math.max(rows, 2 * this.#selector.length))
  }

  /** Says that rows [from, to) have shape `shape`. */
  select(from: number, to: number, shape: number): void {
    if (to - from > 8) this.#selector.fill(shape, from, to)
    else for (let row = from; row < to; row++) this.#selector[row] = shape
  }

  /** Writes the payload of `rows` selected rows. The returned view is valid until the next call. */
  write(shapes: readonly ShapeWriter[], rest: ShapeWriter, rows: number, timestamps: Float64Array | null): Uint8Array {
    const all = [...shapes, rest]
    const used = all.filter((shape) => shape.rows > 0)
    const out = this.#out
    out.reset()
    out.array(PAYLOAD_HEADER_ELEMENTS + used.reduce((sum, shape) => sum + shape.columns.length, 0))
    out.uint(PAYLOAD_VERSION)
    out.array(used.length)
    for (const shape of used) out.raw(shape.descriptor)
    out.uint(rows)
    writeTimestamps(out, timestamps)
    if (used.length <= 1 && used.every((shape) => shape.columns.length > 0)) out.nil()
    else {
      this.#renumber(all, used, rows)
      out.bin(this.#selector, rows)
    }
    for (const shape of used) shape.writeColumns(out)
    return out.bytes()
  }

  /** From indices of the edge's shapes to indices of this payload's. */
  #renumber(all: readonly ShapeWriter[], used: readonly ShapeWriter[], rows: number): void {
    const index = all.map((shape) => used.indexOf(shape))
    if (index.every((to, from) => to === from || to < 0)) return
    const selector = this.#selector
    for (let row = 0; row < rows; row++) selector[row] = index[selector[row]!]!
  }
}

export function writeTimestamps(out: PayloadWriter, timestamps: Float64Array | null): void {
  if (timestamps === null) out.nil()
  else
    out.typedArray(
      ARRAY_TYPE.float64,
      new Uint8Array(timestamps.buffer, timestamps.byteOffset, timestamps.byteLength),
      timestamps.byteLength,
    )
}
