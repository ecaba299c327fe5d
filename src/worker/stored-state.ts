import type { Key } from '../core/key-hash.ts'
import type { StoredValue } from '../state/keyed-backend.ts'
import { findInKeyedChunk } from '../state/keyed-chunk.ts'
import { decodeChunk } from './chunk-key.ts'

/** What the chunk of a key group, as an operator with named state writes it, holds of a state for a key. */
export function storedIn(bytes: Uint8Array, state: string, key: Key): StoredValue | undefined {
  const { states } = decodeChunk(bytes) as { readonly states?: Readonly<Record<string, Uint8Array>> }
  const chunk = states?.[state]
  return chunk === undefined ? undefined : findInKeyedChunk(new Uint8Array(chunk), key)
}

/** Names of the states that such a chunk has. */
export function stateNamesIn(bytes: Uint8Array): string[] {
  return Object.keys((decodeChunk(bytes) as { readonly states?: object }).states ?? {})
}
