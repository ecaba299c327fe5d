/** Test data that needs no test runner: used in child processes and threads too. */
import { sealChunk } from '../../src/checkpoint/chunk.ts'
import type { Chunk, ManifestHead } from '../../src/checkpoint/manifest.ts'
import type { ActorSnapshot } from '../../src/storage/lay-out.ts'

export function head(id: number, changes: Partial<ManifestHead> = {}): ManifestHead {
  return {
    id,
    lineage: 'l1',
    status: 'complete',
    createdMs: 1_700_000_000_000 + id,
    jobName: 'orders',
    graphFingerprint: 'f1',
    keyHashVersion: 1,
    keyGroups: 128,
    operators: [{ name: 'sum', kind: 'aggregate', isNamed: true }],
    ...changes,
  }
}

/** Bytes that tell which checkpoint, actor and position they belong to. */
export function chunk(key: string, id: number, length = 64): Chunk {
  const bytes = new Uint8Array(length)
  const salt = [...key].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) & 255, 7)
  for (let i = 0; i < length; i++) bytes[i] = (id * 31 + i * 7 + salt) & 255
  return sealChunk(key, bytes)
}

export function snapshots(id: number, length = 64): ActorSnapshot[] {
  return [
    { task: 'source', index: 0, finished: false, chunks: [chunk('position', id, 16)] },
    { task: 'sum', index: 0, finished: false, chunks: [chunk('group-0', id, length), chunk('group-1', id, length)] },
    { task: 'sum', index: 1, finished: true, chunks: [] },
  ]
}
