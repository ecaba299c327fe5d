import { findDamage } from '../checkpoint/chunk.ts'
import type { ActorName, ChunkRef, Manifest } from '../checkpoint/manifest.ts'
import { MillraceError } from '../errors.ts'
import { type Environment, chunkKey, reading } from './environment.ts'

/**
 * A copy of one chunk, checksum compared.
 *
 * @throws MillraceError MR_STATE_CORRUPT naming chunk, actor and checkpoint
 */
export function readChunk(environment: Environment, manifest: Manifest, actor: ActorName, ref: ChunkRef): Uint8Array {
  const bytes = new Uint8Array(ref.byteLength)
  copyChunk(environment, manifest, actor, ref, bytes)
  return bytes
}

/**
 * The same to where it is to lie.
 *
 * @param to as long as the chunk
 * @throws MillraceError as {@link readChunk}
 */
export function copyChunk(environment: Environment, manifest: Manifest, actor: ActorName, ref: ChunkRef, to: Uint8Array): void {
  const what = `Chunk "${ref.key}" of actor ${actor.task}#${actor.index} in checkpoint ${manifest.id}`
  const damage = reading(environment, what, () => {
    const found = environment.getBinaryFast(chunkKey(ref.checkpoint, ref.ordinal))
    // Valid until the next read; its length is not that of its memory.
    const bytes = found && new Uint8Array(found.buffer, found.byteOffset, found.length)
    const wrong = findDamage(ref, bytes)
    if (wrong === undefined) to.set(bytes!)
    return wrong
  })
  if (damage) throw new MillraceError('MR_STATE_CORRUPT', `${what} ${damage}.`)
}
