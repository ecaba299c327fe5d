import { canonicalKey } from '../core/key.ts'
import type { Key } from '../core/key-hash.ts'
import { chunkKeysOf, keysOfChunk } from './key-groups.ts'
import type { KeyedChunkPlace } from './keyed-chunk.ts'
import { decodeChunk, encodeChunk, requireSignature } from './state-chunk.ts'

const KIND = 'keys'

/** Keys of a key group, as a chunk without values. */
export function encodeKeys({ groups, group }: KeyedChunkPlace, list: readonly Key[]): Uint8Array {
  const { keys } = chunkKeysOf({ keyAt: (row) => list[row]! }, Int32Array.from(list.keys()))
  const rows = list.length
  return encodeChunk({ kind: KIND, signature: KIND, groups, group, rows, ...keys, dirty: new Uint8Array(rows), columns: new Map() })
}

/** @throws MillraceError MR_STATE_CORRUPT, MR_STATE_INCOMPATIBLE */
export function decodeKeys(bytes: Uint8Array): Key[] {
  const chunk = decodeChunk(bytes)
  requireSignature(chunk, KIND, KIND)
  return keysOfChunk(chunk)
}

/** @throws MillraceError MR_STATE_CORRUPT, MR_STATE_INCOMPATIBLE, MR_KEY_INVALID */
export function hasKey(bytes: Uint8Array, key: Key): boolean {
  const wanted = canonicalKey(key)
  return decodeKeys(bytes).some((each) => canonicalKey(each) === wanted)
}
