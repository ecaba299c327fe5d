import type { Key } from '../../core/key-hash.ts'
import type { AccumulatorLayout } from '../accumulator-layout.ts'
import { encodeAccumulators } from '../accumulator-snapshot.ts'
import { AccumulatorStore, CLEAN } from '../accumulator-store.ts'
import { encodeKeys } from '../key-chunk.ts'
import { type KeyedChunkPlace, KeyedChunkWriter } from '../keyed-chunk.ts'
import type { StoredRows } from '../row-images.ts'
import { msgpackrPacker } from '../value-packer.ts'
import { encodeValues } from '../value-table.ts'
import { readRowKey } from './row-keys.ts'
import { livesOf } from './expired-cells.ts'
import { encodePieces } from './pieces.ts'
import { CellReader, NO_CELL } from './stored-cells.ts'
import type { WorkingCut } from './working-changes.ts'
import type { WorkingSnapshot } from './working-store.ts'

/** Valid until the next one is taken. */
export interface WorkingRow {
  readonly key: Buffer
  readonly value: Buffer
}

/** The rows of a table as they were at a time, and what of them a snapshot of that time has to hold. */
export interface FrozenRows {
  /** Of one key group, in the order of their keys. */
  rows(group: number): Iterable<WorkingRow>
  /** The value of one row, valid for a moment; undefined where there is none. */
  value(key: Buffer): Buffer | undefined
  /** Called once, before anything is asked for. @param checkpoint 0: the last state */
  cut(checkpoint: number, keyGroups: number): WorkingCut
}

/** The chunk of one key group: what an operator that has its state in memory writes. */
export interface GroupChunk {
  readonly group: number
  /** Undefined where nothing has changed. */
  readonly value: GroupValue | undefined
  /** See StateChunk. */
  readonly since?: number
}

type GroupValue = Uint8Array | Readonly<Record<string, unknown>>

interface ChunkWriter {
  /** All rows of a key group. */
  whole(place: KeyedChunkPlace, keys: readonly Key[], columns: Columns): GroupValue
  /** Rows that have changed, and those that are gone: they have no cells. */
  delta(place: KeyedChunkPlace, keys: readonly Key[], columns: Columns): GroupValue
}

type Columns = readonly (readonly unknown[])[]

const WRITERS = { keyed: keyedWriter, values: valuesWriter, pieces: piecesWriter, accumulators: accumulatorsWriter } as const

/**
 * The chunks of a table, group by group. What has expired is left out.
 *
 * @param expired is told of rows of which nothing lives any more
 */
export function* workingChunks(
  table: Pick<FrozenRows, 'rows' | 'value'>,
  snapshot: WorkingSnapshot,
  cut: WorkingCut,
  expired: (row: WorkingRow) => void = () => {},
): Generator<GroupChunk> {
  const { keyGroups: groups } = snapshot
  const writer = WRITERS[snapshot.kind](snapshot)
  const reader = new RowCells(snapshot, expired)
  for (let group = 0; group < groups; group++) {
    const place = { groups, group }
    if (cut.isWhole(group)) {
      for (const row of table.rows(group)) reader.take(row)
      const [keys, columns] = reader.end()
      cut.wrote(group, keys.length)
      if (keys.length > 0) yield { group, value: writer.whole(place, keys, columns) }
      continue
    }
    const changed = cut.changed(group)
    for (const key of changed) reader.takeChanged(key, table.value(key))
    const [keys, columns] = reader.end()
    yield { group, value: keys.length === 0 ? undefined : writer.delta(place, keys, columns), since: cut.since! }
  }
}

/** Reads the rows of one key group after the other. */
class RowCells {
  readonly #reader = new CellReader()
  readonly #lives: ReturnType<typeof livesOf>
  readonly #states: number
  readonly #expired: (row: WorkingRow) => void
  #keys: Key[] = []
  #columns: unknown[][] = []

  constructor(snapshot: WorkingSnapshot, expired: (row: WorkingRow) => void) {
    this.#lives = livesOf(snapshot)
    this.#states = snapshot.states.length
    this.#expired = expired
    this.end()
  }

  take(row: WorkingRow): void {
    const cells = this.#living(row)
    if (cells !== null) this.#push(row.key, cells)
  }

  /** A row that is gone has no cells. */
  takeChanged(key: Buffer, value: Buffer | undefined): void {
    this.#push(key, (value === undefined ? null : this.#living({ key, value })) ?? this.#columns.map(() => NO_CELL))
  }

  /** The keys so far, and by state what they have; begins anew. */
  end(): [keys: readonly Key[], columns: Columns] {
    const taken: [Key[], unknown[][]] = [this.#keys, this.#columns]
    this.#keys = []
    this.#columns = Array.from({ length: this.#states }, () => [])
    return taken
  }

  #push(key: Buffer, cells: readonly unknown[]): void {
    this.#keys.push(readRowKey(key))
    this.#columns.forEach((column, i) => column.push(cells[i]))
  }

  /** Null where nothing lives any more. */
  #living(row: WorkingRow): readonly unknown[] | null {
    const lives = this.#lives
    this.#reader.begin(row.value)
    const cells = this.#columns.map((_, i) => (lives === null ? this.#reader.next() : livingCell(this.#reader.next(), lives[i]!)))
    if (lives === null || !cells.every((cell) => cell === NO_CELL)) return cells
    this.#expired(row)
    return null
  }
}

function livingCell(stored: unknown, lives: (stored: unknown) => boolean): unknown {
  return lives(stored) ? stored : NO_CELL
}

function keyedWriter({ states }: WorkingSnapshot): ChunkWriter {
  const writers = states.map(({ name, signature }) => new KeyedChunkWriter(name, signature))
  const whole = (place: KeyedChunkPlace, keys: readonly Key[], columns: Columns): { states: Record<string, Uint8Array> } => {
    const chunks: Record<string, Uint8Array> = {}
    states.forEach(({ name }, i) => {
      const stored = columns[i]!
      const live = rowsOf(stored)
      if (live.length > 0) chunks[name] = writers[i]!.write(place, { keyAt: (row) => keys[row]! }, live, (row) => stored[row])
    })
    return { states: chunks }
  }
  return { whole, delta: (place, keys, columns) => ({ ...whole(place, keys, columns), outdated: encodeKeys(place, keys) }) }
}

function valuesWriter({ keysStay }: WorkingSnapshot): ChunkWriter {
  const whole = (place: KeyedChunkPlace, keys: readonly Key[], [stored]: Columns): Uint8Array =>
    encodeValues(place, { keyAt: (row) => keys[row]! }, rowsOf(stored!), (row) => stored![row])
  const delta = (place: KeyedChunkPlace, keys: readonly Key[], columns: Columns): StoredRows => ({
    ...(rowsOf(columns[0]!).length > 0 && { rows: whole(place, keys, columns) }),
    outdated: encodeKeys(place, keys),
  })
  return { whole, delta: keysStay === true ? whole : (delta as ChunkWriter['delta']) }
}

function piecesWriter({ pieces }: WorkingSnapshot): ChunkWriter {
  const whole = (place: KeyedChunkPlace, keys: readonly Key[], [stored]: Columns): Uint8Array => encodePieces(place, keys, stored!, pieces!)
  const delta = (place: KeyedChunkPlace, keys: readonly Key[], [stored]: Columns): StoredRows => {
    const live = rowsOf(stored!)
    const rows = [...live]
    const kept = [rows.map((row) => keys[row]!), [rows.map((row) => stored![row])]] as const
    return { ...(rows.length > 0 && { rows: whole(place, ...kept) }), outdated: encodeKeys(place, keys) }
  }
  return { whole, delta: delta as ChunkWriter['delta'] }
}

/** Rows without cells are marked as such. */
function accumulatorsWriter({ pieces }: WorkingSnapshot): ChunkWriter {
  const whole = (place: KeyedChunkPlace, keys: readonly Key[], [stored]: Columns): Uint8Array => {
    const columns = pieces!.layout.columns.map((column) => ({ ...column, initial: 0 }))
    const store = new AccumulatorStore({ ...pieces!.layout, columns } as unknown as AccumulatorLayout)
    store.grow(keys.length)
    for (const row of rowsOf(stored!)) {
      for (const [column, value] of (stored![row] as readonly unknown[]).entries()) store.data[column]![row] = value as number
      store.flags[row] = CLEAN
    }
    return encodeAccumulators(place, store, { keyAt: (row) => keys[row]! }, Int32Array.from(keys.keys()), msgpackrPacker)
  }
  return { whole, delta: whole }
}

function rowsOf(stored: readonly unknown[]): Int32Array {
  return Int32Array.from(stored.keys()).filter((row) => stored[row] !== NO_CELL)
}
