/** Which checkpoints stay, and which chunks nobody refers to any more. */
import type { ChunkRef, Manifest } from './manifest.ts'

export interface Garbage {
  /** Ascending by id. */
  readonly kept: readonly Manifest[]
  readonly manifests: readonly Manifest[]
  readonly chunks: readonly ChunkRef[]
}

/**
 * @param manifests complete checkpoints, ascending by id
 * @param retained how many of the newest stay, at least 1. From 2 on, one that shares no chunk with the newest stays as well.
 */
export function findGarbage(manifests: readonly Manifest[], retained: number): Garbage {
  const newest = manifests.slice(-retained)
  const spare = retained > 1 && newest.length === retained ? findSpare(manifests) : undefined
  const staying = spare === undefined || newest.includes(spare) ? newest : [spare, ...newest]
  const old = manifests.filter((manifest) => !staying.includes(manifest))
  if (old.length === 0) return { kept: manifests, manifests: [], chunks: [] }
  const kept = new Set<string>()
  for (const manifest of staying) for (const ref of refsOf(manifest)) kept.add(placeOf(ref))
  const chunks = new Map<string, ChunkRef>()
  for (const manifest of old) {
    for (const ref of refsOf(manifest)) if (!kept.has(placeOf(ref))) chunks.set(placeOf(ref), ref)
  }
  return { kept: staying, manifests: old, chunks: [...chunks.values()] }
}

/** The newest checkpoint that shares no chunk with the newest of all: what damages that one leaves it whole. */
function findSpare(manifests: readonly Manifest[]): Manifest | undefined {
  const places = new Set([...refsOf(manifests.at(-1)!)].map(placeOf))
  return manifests.slice(0, -1).findLast((manifest) => ![...refsOf(manifest)].some((ref) => places.has(placeOf(ref))))
}

export function* refsOf(manifest: Manifest): Generator<ChunkRef> {
  for (const actor of manifest.actors) yield* actor.chunks
}

/** Where a chunk lies, as one string. */
export function placeOf({ checkpoint, ordinal }: Pick<ChunkRef, 'checkpoint' | 'ordinal'>): string {
  return `${checkpoint}/${ordinal}`
}

/** Sum of a checkpoint's chunks, those that it shares with others included. */
export function byteLengthOf(manifest: Manifest): number {
  let bytes = 0
  for (const { byteLength } of refsOf(manifest)) bytes += byteLength
  return bytes
}
