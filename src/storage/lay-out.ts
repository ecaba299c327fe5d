/** What a checkpoint looks like in a store: its chunks numbered, and the manifest that refers to them. */
import type { ActorName, Chunk, ChunkRef, Manifest, ManifestActor, ManifestHead } from '../checkpoint/manifest.ts'
import { CHECKPOINT_FORMAT_VERSION } from '../checkpoint/manifest.ts'

/** One actor's part of a checkpoint to be committed. */
export interface ActorSnapshot extends ActorName {
  readonly finished: boolean
  readonly chunks: readonly Chunk[]
}

export interface LaidOut {
  readonly manifest: Manifest
  /** Bytes of the chunks, by ordinal. */
  readonly writes: readonly Uint8Array[]
  /** Of all chunks. */
  readonly bytes: number
}

export function layOut(head: ManifestHead, snapshots: readonly ActorSnapshot[]): LaidOut {
  const writes: Uint8Array[] = []
  let bytes = 0
  const actors = snapshots.map(({ task, index, finished, chunks }): ManifestActor => {
    const refs = chunks.map((chunk): ChunkRef => {
      writes.push(chunk.bytes)
      bytes += chunk.bytes.byteLength
      const { key, checksum } = chunk
      return { key, checkpoint: head.id, ordinal: writes.length - 1, byteLength: chunk.bytes.byteLength, checksum }
    })
    return { task, index, finished, chunks: refs }
  })
  const manifest: Manifest = { formatVersion: CHECKPOINT_FORMAT_VERSION, ...head, actors }
  return { manifest, writes, bytes }
}
