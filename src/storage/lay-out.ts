/** What a checkpoint looks like in a store: its chunks numbered, and the manifest that refers to them. */
import type { ActorName, Chunk, ChunkRef, Manifest, ManifestActor, ManifestHead } from '../checkpoint/manifest.ts'
import { CHECKPOINT_FORMAT_VERSION } from '../checkpoint/manifest.ts'
import { MillraceError } from '../errors.ts'

/** A chunk of a checkpoint that lies in the store before its commit. */
export type StagedChunk = Omit<ChunkRef, 'checkpoint'> & Pick<Chunk, 'since'>

/** One actor's part of a checkpoint to be committed. */
export interface ActorSnapshot<C extends Chunk | StagedChunk = Chunk> extends ActorName {
  readonly finished: boolean
  readonly chunks: readonly C[]
}

export interface LaidOut {
  readonly manifest: Manifest
  /** Bytes of the chunks that are to be written, by ordinal, from the first one on. */
  readonly writes: readonly Uint8Array[]
  /** Of all chunks. */
  readonly bytes: number
}

/**
 * @param earlier complete checkpoints of the same store, which chunks may stand behind
 * @param staged chunks of this checkpoint that are in the store: the others are numbered behind them
 * @throws MillraceError MR_CHECKPOINT_FAILED if one of them is not there
 */
export function layOut(
  head: ManifestHead,
  snapshots: readonly ActorSnapshot<Chunk | StagedChunk>[],
  earlier: readonly Manifest[],
  staged = 0,
): LaidOut {
  const writes: Uint8Array[] = []
  let bytes = 0
  const actors = snapshots.map(({ task, index, finished, chunks }): ManifestActor => {
    const before = earlierRefs({ task, index }, earlier)
    const refs = chunks.flatMap((chunk): readonly ChunkRef[] => {
      const { key, checksum, since } = chunk
      const base = since === undefined ? [] : before(since, key)
      const byteLength = 'ordinal' in chunk ? chunk.byteLength : chunk.bytes.byteLength
      if (since !== undefined && byteLength === 0) return base
      if (!('ordinal' in chunk)) writes.push(chunk.bytes)
      bytes += byteLength
      const ordinal = 'ordinal' in chunk ? chunk.ordinal : staged + writes.length - 1
      return [...base, { key, checkpoint: head.id, ordinal, byteLength, checksum }]
    })
    return { task, index, finished, chunks: refs }
  })
  const manifest: Manifest = { formatVersion: CHECKPOINT_FORMAT_VERSION, ...head, actors }
  return { manifest, writes, bytes }
}

/** The chunks of an actor by checkpoint and key. */
function earlierRefs({ task, index }: ActorName, earlier: readonly Manifest[]): (since: number, key: string) => readonly ChunkRef[] {
  const byCheckpoint = new Map<number, ReadonlyMap<string, ChunkRef[]>>()
  return (since, key) => {
    let byKey = byCheckpoint.get(since)
    if (byKey === undefined) byCheckpoint.set(since, (byKey = chunksByKey(earlier, since, { task, index })))
    const refs = byKey.get(key)
    if (refs === undefined) throw new MillraceError('MR_CHECKPOINT_FAILED', `Checkpoint ${since} has no chunk "${key}" to build on.`)
    return refs
  }
}

function chunksByKey(earlier: readonly Manifest[], since: number, { task, index }: ActorName): Map<string, ChunkRef[]> {
  const actors = earlier.find(({ id }) => id === since)?.actors ?? []
  const byKey = new Map<string, ChunkRef[]>()
  for (const ref of actors.find((actor) => actor.task === task && actor.index === index)?.chunks ?? []) {
    const refs = byKey.get(ref.key)
    if (refs === undefined) byKey.set(ref.key, [ref])
    else refs.push(ref)
  }
  return byKey
}
