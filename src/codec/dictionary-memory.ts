import { DICTIONARY_REMEMBERED_BYTES_MAX } from '../limits.ts'
import type { BytesAt } from './payload-reader.ts'

/**
 * The dictionary that a column had last: while it comes again byte by byte, its strings are the same strings, which costs less than
 * to make them, and keeps the hashes that V8 has computed for them.
 */
export class DictionaryMemory {
  #bytes: Buffer | undefined
  #entries: readonly string[] = []

  /** The entries that lie in payload[start..end of blob), remembered or decoded. */
  entries(payload: Buffer, start: number, blob: BytesAt, decode: () => readonly string[]): readonly string[] {
    const end = blob.start + blob.length
    const known = this.#bytes
    if (known !== undefined && known.length === end - start && payload.compare(known, 0, known.length, start, end) === 0)
      return this.#entries
    const entries = decode()
    if (end - start <= DICTIONARY_REMEMBERED_BYTES_MAX) {
      this.#bytes = Buffer.from(payload.subarray(start, end))
      this.#entries = entries
    }
    return entries
  }
}
