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
  const what = `Chunk "${ref.key}" of actor ${actor.task}#${actor.index} in checkpoint ${manifest.id}`
  const bytes = reading(environment, what, () => environment.getBinary(chunkKey(ref.checkpoint, ref.ordinal)))
  const damage = findDamage(ref, bytes)
  if (damage) throw new MillraceError('MR_STATE_CORRUPT', `${what} ${damage}.`)
  return bytes!
}
