import { canonicalKey } from '../core/key.ts'
import type { Key } from '../core/key-hash.ts'
import { chunkKeysOf, keysOfChunk } from './key-groups.ts'
import { KeyedChunkWriter, decodeKeyedChunk } from './keyed-chunk.ts'
import { type Chunk, type DecodedChunk, decodeChunk, encodeChunk } from './state-chunk.ts'
import { msgpackrPacker, packValues, unpackValues } from './value-packer.ts'

/** A chunk without a key. */
export interface LessenedChunk {
  readonly bytes: Uint8Array
  /** Rows that it had of the key. */
  readonly rows: number
}

/**
 * A chunk of any kind without what it has of a key; null when that is nothing. A chunk without rows is one, too.
 *
 * @throws MillraceError MR_STATE_CORRUPT, MR_STATE_INCOMPATIBLE
 */
export function withoutKey(bytes: Uint8Array, key: Key): LessenedChunk | null {
  const chunk = decodeChunk(bytes)
  const keys = keysOfChunk(chunk)
  const wanted = canonicalKey(key)
  const kept = Int32Array.from(keys.keys()).filter((row) => canonicalKey(keys[row]!) !== wanted)
  if (kept.length === keys.length) return null
  const rows = keys.length - kept.length
  const slotKeys = { keyAt: (row: number): Key => keys[row]! }
  if (chunk.kind !== 'keyed') return { rows, bytes: encodeChunk(rowsOf(chunk, slotKeys, kept)) }
  const { values } = decodeKeyedChunk(bytes)
  return { rows, bytes: new KeyedChunkWriter('state', chunk.signature).write(chunk, slotKeys, kept, (row) => values[row]) }
}

/** Some rows of a chunk, in their order: so they need not be sorted by the kinds of their keys. */
function rowsOf({ textKeys: _, ...chunk }: DecodedChunk, slotKeys: { keyAt(row: number): Key }, kept: Int32Array): Chunk {
  const columns = new Map<string, Float64Array | Uint8Array>()
  for (const [name, column] of chunk.columns) {
    if (column instanceof Float64Array)
      columns.set(
        name,
        Float64Array.from(kept, (row) => column[row]!),
      )
    else {
      const values = unpackValues(msgpackrPacker, column, chunk.rows)
      columns.set(
        name,
        packValues(
          msgpackrPacker,
          Array.from(kept, (row) => values[row]),
          'a value of keyed state',
        ),
      )
    }
  }
  const dirty = Uint8Array.from(kept, (row) => chunk.dirty[row]!)
  return { ...chunk, ...chunkKeysOf(slotKeys, kept).keys, rows: kept.length, dirty, columns }
}
