import { STRING_SLICE_BYTES_MAX } from '../limits.ts'
import { corrupt } from './payload-reader.ts'
import type { BytesAt } from './payload-reader.ts'

/**
 * Text of a string column, decoded in slices of whole entries. A slice is at most STRING_SLICE_BYTES_MAX long (one entry may be
 * longer), since a string that is cut from another keeps all of it alive: one slice for the whole blob would be faster, and pin 50
 * KB for each string that somebody keeps.
 */
export class StringSlices {
  readonly lengths: Uint8Array | Uint16Array | Uint32Array
  /** The first entry that is not in the current slice. */
  end = 0
  readonly #payload: Buffer
  readonly #unit: number
  readonly #column: string
  #position: number
  readonly #positionMax: number

  constructor(payload: Buffer, blob: BytesAt, lengths: Uint8Array | Uint16Array | Uint32Array, unit: number, column: string) {
    this.lengths = lengths
    this.#payload = payload
    this.#unit = unit
    this.#column = column
    this.#position = blob.start
    this.#positionMax = blob.start + blob.length
  }

  /** Decodes the entries from `end` on that make the next slice, and moves `end`. */
  next(): string {
    const { lengths } = this
    const count = lengths.length
    const unitsMax = STRING_SLICE_BYTES_MAX / this.#unit
    let end = this.end
    let units = lengths[end++]!
    while (end < count && units + lengths[end]! <= unitsMax) units += lengths[end++]!
    const start = this.#position
    const bytes = units * this.#unit
    if (bytes > this.#positionMax - start) corrupt(`column ${this.#column} has less text than its lengths say`)
    if (end === count && start + bytes !== this.#positionMax) corrupt(`column ${this.#column} has more text than its lengths say`)
    this.#position = start + bytes
    this.end = end
    return this.#payload.toString(this.#unit === 1 ? 'latin1' : 'utf16le', start, start + bytes)
  }

  /** Where each entry ends, in bytes of the blob. */
  ends(): Uint32Array {
    const ends = new Uint32Array(this.lengths.length)
    let end = 0
    for (let i = 0; i < ends.length; i++) ends[i] = end += this.lengths[i]! * this.#unit
    if (this.#position + end !== this.#positionMax) corrupt(`column ${this.#column} has not as much text as its lengths say`)
    return ends
  }

  /** All entries. */
  strings(): string[] {
    const { lengths } = this
    const count = lengths.length
    const strings: string[] = new Array(count)
    for (let row = 0; row < count;) {
      const slice = this.next()
      for (let cut = 0; row < this.end; row++) strings[row] = slice.substring(cut, (cut += lengths[row]!))
    }
    return strings
  }
}
