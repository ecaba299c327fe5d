/** Savepoints: a checkpoint in a directory of its own, which shares nothing with the one that it came from. */
import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { sealChunk } from '../checkpoint/chunk.ts'
import type { Manifest } from '../checkpoint/manifest.ts'
import { MillraceError } from '../errors.ts'
import { openCheckpointReader } from './checkpoint-reader.ts'
import { openCheckpointStore } from './checkpoint-store.ts'
import type { StorageHandshake } from './handshake.ts'
import type { ActorSnapshot } from './lay-out.ts'
import { existingStateDir } from './state-dir.ts'

export interface WrittenSavepoint {
  /** Real path. */
  readonly dir: string
  readonly bytes: number
}

/**
 * Writes a savepoint into a directory that is empty, or is made. It is whole when this returns; what was begun and did not come so far holds no checkpoint.
 *
 * @throws MillraceError MR_STATE_DIR_INVALID, MR_CHECKPOINT_FAILED
 */
export async function writeSavepoint(
  dir: string,
  manifest: Manifest,
  actors: readonly ActorSnapshot[],
  handshake: StorageHandshake,
): Promise<WrittenSavepoint> {
  demandEmpty(resolve(dir))
  const store = openCheckpointStore({ dir, savepoint: true, handshake })
  try {
    const { formatVersion: _, actors: __, ...head } = manifest
    const { bytes } = await store.commit({ ...head, status: 'complete' }, actors)
    return { dir: store.dir, bytes }
  } finally {
    await store.close()
  }
}

/** Nothing is written over, a link is not followed. */
function demandEmpty(dir: string): void {
  let found: string[] = []
  try {
    found = readdirSync(dir)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new MillraceError('MR_STATE_DIR_INVALID', `${dir} cannot be a savepoint.`, { cause })
  }
  if (found.length > 0) throw new MillraceError('MR_STATE_DIR_INVALID', `${dir} is not empty: a savepoint needs a directory of its own.`)
}

/** @throws MillraceError MR_STATE_MISSING, MR_STATE_DIR_INVALID, MR_STATE_CORRUPT, MR_STATE_INCOMPATIBLE */
export async function readSavepointManifest(dir: string): Promise<Manifest> {
  return withReader(dir, (_, manifest) => manifest)
}

/** All state of a savepoint, each chunk checked. */
export async function readSavepoint(dir: string): Promise<{ readonly manifest: Manifest; readonly actors: ActorSnapshot[] }> {
  return withReader(dir, (reader, manifest) => {
    const actors = manifest.actors.map(({ task, index, finished }) => ({
      task,
      index,
      finished,
      chunks: [] as ReturnType<typeof sealChunk>[],
    }))
    const byName = new Map(actors.map((actor) => [`${actor.task}#${actor.index}`, actor]))
    for (const { task, index, key, bytes } of reader.readChunks(manifest))
      byName.get(`${task}#${index}`)!.chunks.push(sealChunk(key, bytes))
    return { manifest, actors }
  })
}

async function withReader<T>(dir: string, read: (reader: ReturnType<typeof openCheckpointReader>, manifest: Manifest) => T): Promise<T> {
  const reader = openCheckpointReader(existingStateDir(dir, 'savepoint'))
  try {
    const manifest = reader.latest()
    if (manifest === undefined) throw new MillraceError('MR_STATE_MISSING', `There is no complete checkpoint in ${dir}.`)
    return read(reader, manifest)
  } finally {
    await reader.close()
  }
}
