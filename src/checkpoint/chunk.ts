/** Chunks: sealed where they are encoded, verified where they are read. */
import { crc32 } from 'node:zlib'
import { MillraceError } from '../errors.ts'
import { CHECKPOINT_CHUNK_BYTES_MAX } from '../limits.ts'
import type { Chunk, ChunkRef } from './manifest.ts'

/**
 * Adds the checksum. The bytes are not copied: they must not change any more.
 *
 * @param key names the chunk within its actor. Several of one name are parts, in their order
 * @throws MillraceError MR_CHECKPOINT_FAILED if the chunk is larger than CHECKPOINT_CHUNK_BYTES_MAX
 */
export function sealChunk(key: string, bytes: Uint8Array): Chunk {
  if (bytes.byteLength > CHECKPOINT_CHUNK_BYTES_MAX) {
    const message = `Chunk "${key}" has ${bytes.byteLength} bytes, at most ${CHECKPOINT_CHUNK_BYTES_MAX} are possible.`
    throw new MillraceError('MR_CHECKPOINT_FAILED', message)
  }
  return { key, bytes, checksum: crc32(bytes) }
}

/** What is wrong with bytes that should be those of `ref`, or undefined. */
export function findDamage(ref: Pick<ChunkRef, 'byteLength' | 'checksum'>, bytes: Uint8Array | undefined): string | undefined {
  if (!bytes) return 'is missing'
  if (bytes.byteLength !== ref.byteLength) return `has ${bytes.byteLength} bytes instead of ${ref.byteLength}`
  return crc32(bytes) === ref.checksum ? undefined : 'does not match its checksum'
}
