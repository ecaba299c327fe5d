import { pack, unpack } from 'msgpackr'
import { sealChunk } from '../../checkpoint/chunk.ts'
import type { Chunk } from '../../checkpoint/manifest.ts'
import { type FrozenRows, type GroupChunk, type WorkingRow, workingChunks } from '../../state/working/working-chunks.ts'
import type { WorkingCut } from '../../state/working/working-changes.ts'
import type { WorkingSnapshot } from '../../state/working/working-store.ts'

/** Key of a chunk that stands for the rows of a table: `operator/working/table`. */
const WORKING = /^(.*)\/working\/(\d+)$/s

/**
 * The chunks of an actor's snapshot with those of its working state: what an actor that has all in memory would have stored. What its worker had to say of
 * a key group (all timers of the group) and the rows of the group become one chunk.
 *
 * @param checkpoint 0: the last state
 * @param frozen the rows of a table as they are now
 * @param expired is told of rows of which nothing lives any more
 */
export function expandSnapshot(
  checkpoint: number,
  chunks: readonly Chunk[],
  frozen: (table: number) => FrozenRows,
  expired: (table: number, row: WorkingRow) => void = () => {},
): Generator<Chunk> {
  const tables = chunks.flatMap((marker): MarkedTable[] => {
    const match = WORKING.exec(marker.key)
    if (match === null) return []
    const snapshot = unpack(marker.bytes) as WorkingSnapshot
    const table = Number(match[2])
    const rows = frozen(table)
    return [{ marker, operator: match[1]!, table, snapshot, rows, cut: rows.cut(checkpoint, snapshot.keyGroups) }]
  })
  return expanded(chunks, tables, expired)
}

interface MarkedTable {
  readonly marker: Chunk
  readonly operator: string
  readonly table: number
  readonly snapshot: WorkingSnapshot
  readonly rows: FrozenRows
  readonly cut: WorkingCut
}

function* expanded(
  chunks: readonly Chunk[],
  tables: readonly MarkedTable[],
  expired: (table: number, row: WorkingRow) => void,
): Generator<Chunk> {
  const others = new Set(chunks)
  const byKey = new Map(chunks.map((chunk) => [chunk.key, chunk]))
  for (const { marker, operator, table, snapshot, rows, cut } of tables) {
    others.delete(marker)
    for (const { group, value, since } of workingChunks(rows, snapshot, cut, (row) => expired(table, row))) {
      const key = `${operator}/group/${group}`
      const own = byKey.get(key)
      if (own !== undefined) others.delete(own)
      yield sealChunk(key, encoded(value, own, since !== undefined), since)
    }
  }
  yield* others
}

function encoded(value: GroupChunk['value'], own: Chunk | undefined, isDelta: boolean): Uint8Array {
  if (own === undefined) return value === undefined ? new Uint8Array(0) : new Uint8Array(pack(value))
  // Timers are told all together: those of the chunks before this one are over.
  return new Uint8Array(pack({ ...value, ...(unpack(own.bytes) as object), ...(isDelta && { allTimers: true }) }))
}
