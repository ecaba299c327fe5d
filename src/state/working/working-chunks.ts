import type { Key } from '../../core/key-hash.ts'
import type { AccumulatorLayout } from '../accumulator-layout.ts'
import { encodeAccumulators } from '../accumulator-snapshot.ts'
import { AccumulatorStore, CLEAN } from '../accumulator-store.ts'
import { KeyedChunkWriter } from '../keyed-chunk.ts'
import { msgpackrPacker } from '../value-packer.ts'
import { encodeValues } from '../value-table.ts'
import { groupOfRow, readRowKey } from './row-keys.ts'
import { livesOf } from './expired-cells.ts'
import { encodePieces } from './pieces.ts'
import { CellReader, NO_CELL } from './stored-cells.ts'
import type { WorkingSnapshot } from './working-store.ts'

/** Valid until the next one is taken. */
export interface WorkingRow {
  readonly key: Buffer
  readonly value: Buffer
}

/** The chunk of one key group: what an operator that has its state in memory writes. */
export interface GroupChunk {
  readonly group: number
  readonly value: Uint8Array | { readonly states: Readonly<Record<string, Uint8Array>> }
}

const WRITERS = { keyed: keyedWriter, values: valuesWriter, pieces: piecesWriter, accumulators: accumulatorsWriter } as const

type WriteGroup = (group: number, keys: readonly Key[], columns: readonly (readonly unknown[])[]) => GroupChunk['value']

/**
 * The chunks of all rows of a table, group by group. What has expired is left out.
 *
 * @param rows in the order of their keys
 * @param expired is told of rows of which nothing lives any more
 */
export function* workingChunks(
  rows: Iterable<WorkingRow>,
  snapshot: WorkingSnapshot,
  expired: (row: WorkingRow) => void = () => {},
): Generator<GroupChunk> {
  const lives = livesOf(snapshot)
  const write = WRITERS[snapshot.kind](snapshot)
  const reader = new CellReader()
  let group = -1
  let keys: Key[] = []
  let columns: unknown[][] = []
  for (const row of rows) {
    const { key, value } = row
    reader.begin(value)
    const cells = lives === null ? null : lives.map((livesOn) => livingCell(reader.next(), livesOn))
    if (cells?.every((cell) => cell === NO_CELL)) {
      expired(row)
      continue
    }
    const own = groupOfRow(key)
    if (own !== group) {
      if (keys.length > 0) yield { group, value: write(group, keys, columns) }
      group = own
      keys = []
      columns = snapshot.states.map(() => [])
    }
    keys.push(readRowKey(key))
    columns.forEach((column, i) => column.push(cells === null ? reader.next() : cells[i]))
  }
  if (keys.length > 0) yield { group, value: write(group, keys, columns) }
}

function livingCell(stored: unknown, lives: (stored: unknown) => boolean): unknown {
  return lives(stored) ? stored : NO_CELL
}

function keyedWriter({ keyGroups: groups, states }: WorkingSnapshot): WriteGroup {
  const writers = states.map(({ name, signature }) => new KeyedChunkWriter(name, signature))
  return (group, keys, columns) => {
    const chunks: Record<string, Uint8Array> = {}
    states.forEach(({ name }, i) => {
      const stored = columns[i]!
      const live = rowsOf(stored)
      if (live.length > 0) chunks[name] = writers[i]!.write({ groups, group }, { keyAt: (row) => keys[row]! }, live, (row) => stored[row])
    })
    return { states: chunks }
  }
}

function valuesWriter({ keyGroups: groups }: WorkingSnapshot): WriteGroup {
  return (group, keys, [stored]) => encodeValues({ groups, group }, { keyAt: (row) => keys[row]! }, rowsOf(stored!), (row) => stored![row])
}

function piecesWriter({ keyGroups: groups, pieces }: WorkingSnapshot): WriteGroup {
  return (group, keys, [stored]) => encodePieces({ groups, group }, keys, stored!, pieces!)
}

function accumulatorsWriter({ keyGroups: groups, pieces }: WorkingSnapshot): WriteGroup {
  return (group, keys, [stored]) => {
    const rows = rowsOf(stored!)
    const store = new AccumulatorStore(pieces!.layout as AccumulatorLayout)
    store.grow(keys.length)
    for (const row of rows) {
      for (const [column, value] of (stored![row] as readonly unknown[]).entries()) store.data[column]![row] = value as number
      store.flags[row] = CLEAN
    }
    return encodeAccumulators({ groups, group }, store, { keyAt: (row) => keys[row]! }, rows, msgpackrPacker)
  }
}

function rowsOf(stored: readonly unknown[]): Int32Array {
  return Int32Array.from(stored.keys()).filter((row) => stored[row] !== NO_CELL)
}
