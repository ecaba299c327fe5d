import { MillraceError } from '../../errors.ts'
import { SINK_TABLE_COMMITS_KEPT } from '../../limits.ts'
import { type RowChange, packChanges, unpackChanges } from './row-bytes.ts'
import type { TableHead, TableKey, TableState, TableTransaction } from './table-store.ts'

/** Version of what is stored, and under which keys. */
export const TABLE_FORMAT_VERSION = 1

/** What a table is stored in: sorted, changed by transactions. */
export interface TableEntries {
  /** A copy. */
  get(key: TableKey): Uint8Array | undefined
  put(key: TableKey, value: Uint8Array): void
  remove(key: TableKey): void
  /** Keys that begin with this name and have a number behind it, ascending. */
  numbered(name: string): readonly number[]
  /** All of it or nothing. */
  transact(work: () => void): void
}

export const HEAD_KEY: TableKey = ['head']
interface CommitEntry {
  readonly lineage: string
  readonly checkpoint: number
  /** The checkpoint of the commit before; 0 for none. */
  readonly follows: number
  /** How many it changed. */
  readonly rows: number
}

const COMMIT = 'commit'
const UNDO = 'undo'
export const rowKey = (key: TableKey): TableKey => ['row', ...key]

/**
 * A table that changes with complete checkpoints only.
 *
 *     head            where it comes from and how far it is (JSON)
 *     row, key...     a record
 *     commit, n       CommitEntry of transaction n (JSON), as long as it can be taken back
 *     undo, n         what its rows were before, likewise
 */
export class CommittedTable {
  readonly #entries: TableEntries
  readonly #path: string

  constructor(entries: TableEntries, path: string) {
    this.#entries = entries
    this.#path = path
  }

  get head(): TableHead | null {
    return decodeHead(this.#entries.get(HEAD_KEY), this.#path)
  }

  /**
   * The table as it was at the sink's checkpoint; with null, a run begins anew, and takes it as it is.
   *
   * @throws MillraceError MR_SINK_TABLE_CHANGED when it is neither that nor can become it
   */
  begin(lineage: string, from: TableState | null): void {
    this.#entries.transact(() => {
      const head = this.head
      if (from === null) return this.#adopt({ lineage, sequence: -1, checkpoint: 0 })
      const isKnown = head !== null && (head.lineage === lineage || head.lineage === from.lineage)
      if (!isKnown) this.#demandNew(lineage, from, head)
      const before = from.next - from.prepared.length
      const sequence = isKnown ? head.sequence : before - 1
      if (sequence < before - 1)
        refuse(this.#path, `ends with commit ${sequence}, but the checkpoint follows commit ${before - 1}: an older copy?`)
      if (!isKnown) this.#forgetUndo()
      let checkpoint = isKnown ? head.checkpoint : 0
      for (let newest = sequence; newest >= from.next; newest--) checkpoint = this.#takeBack(newest)
      for (const transaction of from.prepared) {
        if (transaction.sequence <= sequence) continue
        this.#apply(lineage, transaction, checkpoint)
        checkpoint = transaction.checkpoint
      }
      this.#writeHead({ lineage, sequence: from.next - 1, checkpoint })
    })
  }

  /**
   * @param oldestKept the oldest checkpoint that a run could still go back to
   * @throws MillraceError MR_SINK_TABLE_CHANGED when another run has the table
   */
  commit(lineage: string, transaction: TableTransaction, oldestKept: number): void {
    this.#entries.transact(() => {
      const head = this.head
      if (head?.lineage !== lineage) return refuse(this.#path, 'was taken over by another run, or removed')
      // A restart begins with what it cannot know to be there.
      if (transaction.sequence <= head.sequence) return
      if (transaction.sequence > head.sequence + 1) refuse(this.#path, `lacks commit ${head.sequence + 1}: it was changed since`)
      this.#apply(lineage, transaction, head.checkpoint)
      this.#writeHead({ lineage, sequence: transaction.sequence, checkpoint: transaction.checkpoint })
      this.#prune(lineage, oldestKept)
    })
  }

  #demandNew(lineage: string, from: TableState, head: TableHead | null): void {
    if (from.lineage !== lineage) return
    if (head !== null) refuse(this.#path, `was written by another run since (${head.lineage})`)
    if (from.next > from.prepared.length) refuse(this.#path, 'is gone, or was emptied, since the checkpoint')
  }

  #adopt(head: Omit<TableHead, 'formatVersion'>): void {
    this.#forgetUndo()
    this.#writeHead(head)
  }

  #apply(lineage: string, { sequence, checkpoint, rows }: TableTransaction, follows: number): void {
    const before: RowChange[] = []
    for (const { key, row } of unpackChanges(rows)) {
      const stored = rowKey(key)
      before.push({ key, row: this.#entries.get(stored) ?? null })
      if (row === null) this.#entries.remove(stored)
      else this.#entries.put(stored, row)
    }
    this.#entries.put([UNDO, sequence], packChanges(before))
    this.#entries.put([COMMIT, sequence], encodeJson({ lineage, checkpoint, follows, rows: before.length } satisfies CommitEntry))
  }

  /** Returns the checkpoint that the table is at then. */
  #takeBack(sequence: number): number {
    const undo = this.#entries.get([UNDO, sequence])
    const commit = this.#commitOf(sequence)
    if (undo === undefined || commit === null)
      return refuse(this.#path, `cannot take back commit ${sequence}, which is newer than the checkpoint`)
    for (const { key, row } of unpackChanges(undo)) {
      if (row === null) this.#entries.remove(rowKey(key))
      else this.#entries.put(rowKey(key), row)
    }
    this.#forget(sequence)
    return commit.follows
  }

  /** Checkpoints that are gone for good, and lineages that were left, need no undo; but savepoints may. */
  #prune(lineage: string, oldestKept: number): void {
    for (const sequence of this.#entries.numbered(COMMIT).slice(0, -SINK_TABLE_COMMITS_KEPT)) {
      const commit = this.#commitOf(sequence)!
      if (commit.lineage !== lineage || commit.checkpoint <= oldestKept) this.#forget(sequence)
    }
  }

  #commitOf(sequence: number): CommitEntry | null {
    const bytes = this.#entries.get([COMMIT, sequence])
    return bytes === undefined ? null : (decodeJson(bytes) as CommitEntry)
  }

  #forgetUndo(): void {
    for (const sequence of this.#entries.numbered(COMMIT)) this.#forget(sequence)
  }

  #forget(sequence: number): void {
    this.#entries.remove([UNDO, sequence])
    this.#entries.remove([COMMIT, sequence])
  }

  #writeHead(head: Omit<TableHead, 'formatVersion'>): void {
    this.#entries.put(HEAD_KEY, encodeJson({ formatVersion: TABLE_FORMAT_VERSION, ...head }))
  }
}

/** @throws MillraceError MR_STATE_INCOMPATIBLE */
export function decodeHead(bytes: Uint8Array | undefined, path: string): TableHead | null {
  if (bytes === undefined) return null
  const head = decodeJson(bytes) as TableHead
  if (head.formatVersion === TABLE_FORMAT_VERSION) return head
  throw new MillraceError(
    'MR_STATE_INCOMPATIBLE',
    `The table in ${path} has format version ${head.formatVersion}; this millrace reads ${TABLE_FORMAT_VERSION}`,
  )
}

function encodeJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

function decodeJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes))
}

function refuse(path: string, why: string): never {
  throw new MillraceError('MR_SINK_TABLE_CHANGED', `The table in ${path} ${why}`)
}
