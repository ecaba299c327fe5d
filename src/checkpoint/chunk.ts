/** Chunks: sealed where they are encoded, verified where they are read. */
import { crc32 } from 'node:zlib'
import { MillraceError } from '../errors.ts'
import { CHECKPOINT_CHUNK_BYTES_MAX } from '../limits.ts'
import type { Chunk, ChunkRef } from './manifest.ts'

/**
 * A class, because a user's records may begin with a field of the same name: V8 lets literals whose first fields have the same names share what it knows of
 * their types, so that the first chunk would make it throw away the code that it has made for the records.
 */
class SealedChunk implements Chunk {
  readonly key: string
  readonly bytes: Uint8Array
  readonly checksum: number
  declare readonly since?: number

  constructor(key: string, bytes: Uint8Array, checksum: number, since: number | undefined) {
    this.key = key
    this.bytes = bytes
    this.checksum = checksum
    if (since !== undefined) this.since = since
  }
}

/**
 * Adds the checksum. The bytes are not copied: they must not change any more.
 *
 * @param key names the chunk within its actor. Several of one name are parts, in their order
 * @param since see {@link Chunk}
 * @throws MillraceError MR_CHECKPOINT_FAILED if the chunk is larger than CHECKPOINT_CHUNK_BYTES_MAX
 */
export function sealChunk(key: string, bytes: Uint8Array, since?: number): Chunk {
  if (bytes.byteLength > CHECKPOINT_CHUNK_BYTES_MAX) {
    const message = `Chunk "${key}" has ${bytes.byteLength} bytes, at most ${CHECKPOINT_CHUNK_BYTES_MAX} are possible.`
    throw new MillraceError('MR_CHECKPOINT_FAILED', message)
  }
  return new SealedChunk(key, bytes, crc32(bytes), since)
}

/** The same chunk, whose bytes lie elsewhere. */
export function movedChunk({ key, checksum, since }: Chunk, bytes: Uint8Array): Chunk {
  return new SealedChunk(key, bytes, checksum, since)
}

/** What is wrong with bytes that should be those of `ref`, or undefined. */
export function findDamage(ref: Pick<ChunkRef, 'byteLength' | 'checksum'>, bytes: Uint8Array | undefined): string | undefined {
  if (!bytes) return 'is missing'
  if (bytes.byteLength !== ref.byteLength) return `has ${bytes.byteLength} bytes instead of ${ref.byteLength}`
  return crc32(bytes) === ref.checksum ? undefined : 'does not match its checksum'
}
