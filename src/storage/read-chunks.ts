import type { ActorName, ChunkRef, Manifest } from '../checkpoint/manifest.ts'
import { READ_BLOCK_BYTES } from '../limits.ts'
import type { Environment } from './environment.ts'
import type { StoredChunk } from './protocol.ts'
import { copyChunk } from './read-chunk.ts'

/** Chunks, one behind the other in blocks of memory which somebody else may be given. */
export interface ChunksRead {
  readonly chunks: readonly StoredChunk[]
  readonly blocks: readonly ArrayBuffer[]
}

/**
 * Chunks of a checkpoint, each copied once, out of the database to where it is sent from.
 *
 * @param undisturbed runs what enters LMDB
 * @throws MillraceError MR_STATE_CORRUPT naming chunk, actor and checkpoint
 */
export function readChunks(
  environment: Environment,
  manifest: Manifest,
  wanted: ReadonlySet<string>,
  undisturbed: (work: () => void) => void,
): ChunksRead {
  const chunks: StoredChunk[] = []
  const blocks: ArrayBuffer[] = []
  for (const block of blocksOf(manifest, wanted)) {
    const memory = new ArrayBuffer(block.reduce((sum, { ref }) => sum + ref.byteLength, 0))
    let end = 0
    for (const { actor, ref } of block) {
      const bytes = new Uint8Array(memory, end, ref.byteLength)
      undisturbed(() => copyChunk(environment, manifest, actor, ref, bytes))
      chunks.push({ key: ref.key, bytes })
      end += ref.byteLength
    }
    blocks.push(memory)
  }
  return { chunks, blocks }
}

interface WantedChunk {
  readonly actor: ActorName
  readonly ref: ChunkRef
}

/** In the order of the manifest. */
function* blocksOf({ actors }: Manifest, wanted: ReadonlySet<string>): Generator<WantedChunk[]> {
  let block: WantedChunk[] = []
  let bytes = 0
  for (const actor of actors) {
    for (const ref of actor.chunks) {
      if (!wanted.has(ref.key)) continue
      if (block.length > 0 && bytes + ref.byteLength > READ_BLOCK_BYTES) {
        yield block
        block = []
        bytes = 0
      }
      block.push({ actor, ref })
      bytes += ref.byteLength
    }
  }
  if (block.length > 0) yield block
}
