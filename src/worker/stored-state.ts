import type { Key } from '../core/key-hash.ts'
import type { StoredValue } from '../state/keyed-backend.ts'
import { hasKey } from '../state/key-chunk.ts'
import { findInKeyedChunk } from '../state/keyed-chunk.ts'
import { decodeChunk } from './chunk-key.ts'

interface StoredGroup {
  readonly states?: Readonly<Record<string, Uint8Array>>
  readonly outdated?: Uint8Array
}

/**
 * What the chunks of a key group, as an operator with named state writes them, hold of a state for a key.
 *
 * @param chunks the first whole, each other one with what has changed since
 */
export function storedIn(chunks: readonly Uint8Array[], state: string, key: Key): StoredValue | undefined {
  for (const bytes of chunks.toReversed()) {
    const { states, outdated } = decodeChunk(bytes) as StoredGroup
    const chunk = states?.[state]
    const found = chunk === undefined ? undefined : findInKeyedChunk(new Uint8Array(chunk), key)
    if (found !== undefined) return found
    if (outdated !== undefined && hasKey(new Uint8Array(outdated), key)) return undefined
  }
  return undefined
}

/** Names of the states that such a chunk has. */
export function stateNamesIn(bytes: Uint8Array): string[] {
  return Object.keys((decodeChunk(bytes) as { readonly states?: object }).states ?? {})
}
