import { sealChunk } from '../checkpoint/chunk.ts'
import type { Chunk, ChunkRef, Manifest, ManifestActor } from '../checkpoint/manifest.ts'
import { placeOf } from '../checkpoint/retention.ts'

export interface RewrittenChunks {
  /** In place of those that are there. */
  readonly chunks: readonly { readonly ref: ChunkRef; readonly bytes: Uint8Array }[]
  /** All manifests, ascending; with length and checksum of what was rewritten. */
  readonly manifests: readonly Manifest[]
}

/**
 * Chunks of some checkpoints with other content. One that several refer to is read once, and is another one for all of them.
 *
 * @param change new bytes of a chunk, or null when it stays
 */
export function rewriteChunks(
  manifests: readonly Manifest[],
  read: (manifest: Manifest, actor: ManifestActor, ref: ChunkRef) => Uint8Array,
  change: (key: string, bytes: Uint8Array) => Uint8Array | null,
): RewrittenChunks {
  const seen = new Map<string, Chunk | null>()
  const chunks: { ref: ChunkRef; bytes: Uint8Array }[] = []
  const rewritten = (manifest: Manifest, actor: ManifestActor, ref: ChunkRef): ChunkRef => {
    const place = placeOf(ref)
    let chunk = seen.get(place)
    if (chunk === undefined) {
      const bytes = change(ref.key, read(manifest, actor, ref))
      chunk = bytes === null ? null : sealChunk(ref.key, bytes)
      seen.set(place, chunk)
      if (bytes !== null) chunks.push({ ref, bytes })
    }
    return chunk === null ? ref : { ...ref, byteLength: chunk.bytes.byteLength, checksum: chunk.checksum }
  }
  const renewed = manifests.map((manifest) => ({
    ...manifest,
    actors: manifest.actors.map((actor) => ({ ...actor, chunks: actor.chunks.map((ref) => rewritten(manifest, actor, ref)) })),
  }))
  return { chunks, manifests: renewed }
}
