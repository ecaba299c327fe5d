import { NO_VALUE, RowWriter } from './row-writer.ts'
import type { WorkingRow } from './working-chunks.ts'

/** Goes through pairs of a key and a value, as they are written. Views of the bytes. */
export function forEachWritten(bytes: Uint8Array, each: (key: Buffer, value: Buffer | null) => void): void {
  const rows = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = 0; at < rows.length;) {
    const keyEnd = at + 4 + rows.readUInt32BE(at)
    const key = rows.subarray(at + 4, keyEnd)
    const length = rows.readUInt32BE(keyEnd)
    at = keyEnd + 4
    if (length === NO_VALUE) each(key, null)
    else each(key, rows.subarray(at, (at += length)))
  }
}

/** The answer to a question, key by key. */
export function answered(question: Uint8Array, valueOf: (key: Buffer) => Uint8Array | undefined): Uint8Array {
  const keys = Buffer.from(question.buffer, question.byteOffset, question.length)
  const writer = new RowWriter()
  for (let at = 0; at < keys.length;) {
    const end = at + 4 + keys.readUInt32BE(at)
    const value = valueOf(keys.subarray(at + 4, end))
    at = end
    writer.u32(value === undefined ? NO_VALUE : value.length)
    if (value !== undefined) writer.bytes(value)
  }
  return writer.take()
}

/** A table of rows in memory, for hosts without a disk. */
export class MemoryRows {
  readonly #rows = new Map<string, Buffer>()

  write(bytes: Uint8Array): void {
    forEachWritten(bytes, (key, value) => {
      const name = key.toString('latin1')
      if (value === null) this.#rows.delete(name)
      else this.#rows.set(name, Buffer.from(value))
    })
  }

  answer(question: Uint8Array): Uint8Array {
    return answered(question, (key) => this.#rows.get(key.toString('latin1')))
  }

  *rows(): Generator<WorkingRow> {
    for (const name of [...this.#rows.keys()].sort()) yield { key: Buffer.from(name, 'latin1'), value: this.#rows.get(name)! }
  }
}
