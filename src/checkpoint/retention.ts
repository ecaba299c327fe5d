/** Which checkpoints stay, and which chunks nobody refers to any more. */
import type { ChunkRef, Manifest } from './manifest.ts'

export interface Garbage {
  readonly manifests: readonly Manifest[]
  readonly chunks: readonly ChunkRef[]
}

/**
 * @param manifests complete checkpoints, ascending by id
 * @param retained how many of the newest stay, at least 1
 */
export function findGarbage(manifests: readonly Manifest[], retained: number): Garbage {
  const old = manifests.slice(0, Math.max(0, manifests.length - retained))
  if (old.length === 0) return { manifests: [], chunks: [] }
  const kept = new Set<string>()
  for (const manifest of manifests.slice(old.length)) for (const ref of refsOf(manifest)) kept.add(placeOf(ref))
  const chunks = new Map<string, ChunkRef>()
  for (const manifest of old) {
    for (const ref of refsOf(manifest)) if (!kept.has(placeOf(ref))) chunks.set(placeOf(ref), ref)
  }
  return { manifests: old, chunks: [...chunks.values()] }
}

export function* refsOf(manifest: Manifest): Generator<ChunkRef> {
  for (const actor of manifest.actors) yield* actor.chunks
}

const placeOf = (ref: ChunkRef) => `${ref.checkpoint}/${ref.ordinal}`
