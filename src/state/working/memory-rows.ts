import { NO_VALUE, RowWriter } from './row-writer.ts'
import { groupOfRow } from './row-keys.ts'
import { type WorkingCut, WorkingChanges } from './working-changes.ts'
import type { FrozenRows, WorkingRow } from './working-chunks.ts'

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
export class MemoryRows implements FrozenRows {
  /** By key group. */
  readonly #groups = new Map<number, Map<string, Buffer>>()
  readonly #changes = new WorkingChanges()

  write(bytes: Uint8Array): void {
    forEachWritten(bytes, (key, value) => {
      const name = key.toString('latin1')
      this.#changes.note(key, 0, key.length)
      if (value === null) this.#rowsOf(key).delete(name)
      else this.#rowsOf(key).set(name, Buffer.from(value))
    })
  }

  answer(question: Uint8Array): Uint8Array {
    return answered(question, (key) => this.value(key))
  }

  *rows(group: number): Generator<WorkingRow> {
    const rows = this.#groups.get(group) ?? new Map<string, Buffer>()
    for (const name of [...rows.keys()].sort()) yield { key: Buffer.from(name, 'latin1'), value: rows.get(name)! }
  }

  value(key: Buffer): Buffer | undefined {
    return this.#groups.get(groupOfRow(key))?.get(key.toString('latin1'))
  }

  /** As they are now: to be gone through before anything is written. */
  cut(checkpoint: number, keyGroups: number): WorkingCut {
    return this.#changes.cut(checkpoint, keyGroups)
  }

  completed(checkpoint: number): void {
    this.#changes.completed(checkpoint)
  }

  #rowsOf(key: Buffer): Map<string, Buffer> {
    const group = groupOfRow(key)
    let rows = this.#groups.get(group)
    if (rows === undefined) this.#groups.set(group, (rows = new Map()))
    return rows
  }
}
