import type { Key } from '../../core/key-hash.ts'
import { KeyedChunkWriter } from '../keyed-chunk.ts'
import { groupOfRow, readRowKey } from './row-keys.ts'
import { CellReader } from './stored-cells.ts'
import type { WorkingSnapshot } from './working-store.ts'

/** Valid until the next one is taken. */
export interface WorkingRow {
  readonly key: Buffer
  readonly value: Buffer
}

/** The chunks of one key group, by name of the state: what an operator that has its state in memory writes. */
export interface GroupStates {
  readonly group: number
  readonly states: Readonly<Record<string, Uint8Array>>
}

/**
 * The chunks of all rows of a table, group by group.
 *
 * @param rows in the order of their keys
 */
export function* workingChunks(rows: Iterable<WorkingRow>, { keyGroups, states }: WorkingSnapshot): Generator<GroupStates> {
  const writers = states.map(({ name, signature }) => new KeyedChunkWriter(name, signature))
  const reader = new CellReader()
  let group = -1
  let keys: Key[] = []
  let columns: unknown[][] = []
  const chunks = (): GroupStates => ({
    group,
    states: Object.fromEntries(
      states.flatMap(({ name }, i) => {
        const stored = columns[i]!
        const live = Int32Array.from(stored.keys()).filter((row) => stored[row] !== undefined)
        if (live.length === 0) return []
        return [[name, writers[i]!.write({ groups: keyGroups, group }, { keyAt: (row) => keys[row]! }, live, (row) => stored[row])]]
      }),
    ),
  })
  for (const { key, value } of rows) {
    const own = groupOfRow(key)
    if (own !== group) {
      if (keys.length > 0) yield chunks()
      group = own
      keys = []
      columns = states.map(() => [])
    }
    keys.push(readRowKey(key))
    reader.begin(value)
    for (const column of columns) column.push(reader.next())
  }
  if (keys.length > 0) yield chunks()
}
