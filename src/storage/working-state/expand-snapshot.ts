import { pack, unpack } from 'msgpackr'
import { sealChunk } from '../../checkpoint/chunk.ts'
import type { Chunk } from '../../checkpoint/manifest.ts'
import { type WorkingRow, workingChunks } from '../../state/working/working-chunks.ts'
import type { WorkingSnapshot } from '../../state/working/working-store.ts'

/** Key of a chunk that stands for the rows of a table: `operator/working/table`. */
const WORKING = /^(.*)\/working\/(\d+)$/s

/**
 * The chunks of an actor's snapshot with those of its working state: what an actor that has all in memory would have stored. What its worker had to say of
 * a key group (timers) and the rows of the group become one chunk.
 *
 * @param rowsOf rows of a table in the order of their keys
 * @param expired is told of rows of which nothing lives any more
 */
export function* expandSnapshot(
  chunks: readonly Chunk[],
  rowsOf: (table: number) => Iterable<WorkingRow>,
  expired: (table: number, row: WorkingRow) => void = () => {},
): Generator<Chunk> {
  const others = new Set(chunks)
  const byKey = new Map(chunks.map((chunk) => [chunk.key, chunk]))
  for (const chunk of chunks) {
    const { key: marker, bytes } = chunk
    const match = WORKING.exec(marker)
    if (match === null) continue
    others.delete(chunk)
    const snapshot = unpack(bytes) as WorkingSnapshot
    const table = Number(match[2])
    for (const { group, value } of workingChunks(rowsOf(table), snapshot, (row) => expired(table, row))) {
      const key = `${match[1]}/group/${group}`
      const own = byKey.get(key)
      if (own !== undefined) others.delete(own)
      yield sealChunk(key, new Uint8Array(pack(own === undefined ? value : { ...value, ...(unpack(own.bytes) as object) })))
    }
  }
  yield* others
}
