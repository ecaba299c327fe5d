import { packValues, unpackValues } from '../../codec/value-packing.ts'
import { MillraceError } from '../../errors.ts'
import type { RowWriter } from './row-writer.ts'

/** How one value of a row lies in it: `none`; `number`, 8 bytes little-endian; `plain` or `tagged`, packed as the codec does, behind a length. */
const FORM = { none: 0, number: 1, plain: 2, tagged: 3 } as const

/** What a row has where a state has nothing. */
export const NO_CELL = Symbol('no cell')

export function writeNoCell(writer: RowWriter): void {
  writer.u8(FORM.none)
}

/**
 * @param stored plain data
 * @param what names the state in errors
 * @throws MillraceError MR_RECORD_NOT_SERIALIZABLE
 */
export function writeCell(writer: RowWriter, stored: unknown, what: string): void {
  if (typeof stored === 'number') {
    writer.u8(FORM.number)
    return writer.f64(stored)
  }
  const { tagged, bytes } = packValues([stored], what, {})
  writer.u8(tagged ? FORM.tagged : FORM.plain)
  writer.u32(bytes.length)
  writer.bytes(bytes)
}

/** Reads the cells of a row one after the other. */
export class CellReader {
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0

  begin(bytes: Buffer, at = 0): void {
    this.#bytes = bytes
    this.#at = at
  }

  /** The stored form of a value, or NO_CELL. @throws MillraceError MR_STATE_CORRUPT */
  next(): unknown {
    const bytes = this.#bytes
    const form = bytes[this.#at++]
    if (form === FORM.none) return NO_CELL
    if (form === FORM.number) return bytes.readDoubleLE((this.#at += 8) - 8)
    if (form !== FORM.plain && form !== FORM.tagged)
      throw new MillraceError('MR_STATE_CORRUPT', `a row of working state has a value of form ${String(form)}`)
    const start = this.#at + 4
    this.#at = start + bytes.readUInt32BE(this.#at)
    return unpackValues(bytes, start, this.#at, 1, form === FORM.tagged)[0]
  }
}
