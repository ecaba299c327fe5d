import type { OperatorActor, OperatorContext, OperatorDefinition, StateChunk } from '../src/actor/contract.ts'
import {
  type RowChange,
  type TableKey,
  type TableKeyPart,
  type TableState,
  type TableStore,
  type TableTransaction,
  packChanges,
  packRow,
} from '../src/actor/table-sink-kit.ts'
import { MillraceError } from '../src/errors.ts'
import { type RowRules, rowChangeOf } from './row-change.ts'
import { SINK_TABLE_KEY_CHARS_MAX, SINK_TABLE_WAITING_BYTES_MAX } from '../src/limits.ts'

interface TableSinkSpec extends RowRules {
  readonly path: string
}

const ENTRY_BYTES = 64
const KEY_PARTS_MAX = 8

/**
 * Rows by key into a table of the storage thread. What has changed since the last barrier is a transaction in the snapshot; when the checkpoint is complete, it
 * is committed, and counted: so the table takes each once, and knows what to take back.
 */
class TableSink implements OperatorActor {
  readonly #spec: TableSinkSpec
  readonly #context: OperatorContext
  readonly #store: TableStore
  /** Newest change of each key since the last snapshot. */
  #changes = new Map<TableKeyPart, RowChange>()
  #changedBytes = 0
  #prepared: TableTransaction[] = []
  #preparedBytes = 0
  /** Those before it are with the storage thread. */
  #sent = 0
  #next = 0
  #lastCheckpoint = 0
  #restored: TableState | null = null
  #failure: Error | null = null
  #asked = false

  constructor(spec: TableSinkSpec, context: OperatorContext) {
    this.#spec = spec
    this.#context = context
    this.#store = context.openTable(spec.path)
  }

  restore([chunk]: readonly StateChunk[]): void {
    this.#restored = (chunk?.value as TableState | undefined) ?? null
  }

  async open(): Promise<void> {
    await this.#store.begin(this.#restored)
    this.#next = this.#sent = this.#restored?.next ?? 0
    this.#restored = null
  }

  process(record: unknown): void {
    const change = rowChangeOf(this.#spec, record)
    if (change !== null) this.#change(keyOf(change.key), change.row)
  }

  /** What waits is bounded: commits that are under way are waited for. */
  ready(): boolean {
    if (this.#failure !== null) throw this.#failure
    const underWay = this.#prepared[0] !== undefined && this.#prepared[0].sequence < this.#sent
    return !underWay || this.#preparedBytes <= SINK_TABLE_WAITING_BYTES_MAX / 2
  }

  snapshot(checkpointId: number): StateChunk[] {
    // The state after the end belongs to the next checkpoint: one that is on its way holds an older one.
    const checkpoint = checkpointId === 0 ? this.#lastCheckpoint + 1 : checkpointId
    this.#lastCheckpoint = Math.max(this.#lastCheckpoint, checkpoint)
    if (this.#changes.size > 0) {
      const rows = packChanges(this.#changes.values())
      this.#prepared.push({ sequence: this.#next++, checkpoint, rows })
      this.#preparedBytes += rows.length
      this.#changes = new Map()
      this.#changedBytes = 0
    }
    this.#asked = false
    const state: TableState = { lineage: this.#context.lineage, next: this.#next, prepared: [...this.#prepared] }
    return [{ scope: 'instance', id: this.#context.index, value: state }]
  }

  onCheckpointComplete(checkpointId: number): void {
    for (const transaction of this.#prepared) {
      if (transaction.sequence < this.#sent) continue
      if (transaction.checkpoint > checkpointId) return
      this.#sent = transaction.sequence + 1
      this.#store.commit(transaction, (failure) => this.#committed(transaction, failure))
    }
  }

  #committed({ sequence }: TableTransaction, failure: Error | null): void {
    if (failure !== null) this.#failure ??= failure
    else {
      this.#prepared = this.#prepared.filter((other) => other.sequence > sequence)
      this.#preparedBytes = this.#prepared.reduce((sum, { rows }) => sum + rows.length, 0)
    }
    this.#context.wake()
  }

  #change(key: TableKey, record: unknown): void {
    const row = record === null ? null : packRow(record)
    const name = key.length === 1 ? key[0]! : JSON.stringify(key.map((part) => [typeof part, String(part)]))
    const before = this.#changes.get(name)
    // The newest change comes last, and counts.
    this.#changes.set(name, { key, row })
    this.#changedBytes += row?.length ?? 0
    this.#changedBytes += before === undefined ? ENTRY_BYTES : -(before.row?.length ?? 0)
    if (this.#changedBytes > SINK_TABLE_WAITING_BYTES_MAX / 8) this.#askForCheckpoint()
  }

  #askForCheckpoint(): void {
    if (!this.#asked) this.#context.requestCheckpoint()
    this.#asked = true
    if (this.#changedBytes + this.#preparedBytes <= SINK_TABLE_WAITING_BYTES_MAX) return
    const { operator, site } = this.#context
    throw new MillraceError(
      'MR_SINK_FAILED',
      `${SINK_TABLE_WAITING_BYTES_MAX} bytes of rows wait for a checkpoint: let checkpoints be taken more often`,
      { operator, site },
    )
  }
}

function keyOf(given: unknown): TableKey {
  const parts: readonly unknown[] = Array.isArray(given) ? given : [given]
  let chars = 0
  for (const part of parts) {
    if (typeof part === 'string') chars += part.length
    else if (typeof part === 'number' ? !Number.isFinite(part) : typeof part !== 'boolean') return refuse(part)
  }
  if (parts.length === 0 || parts.length > KEY_PARTS_MAX || chars > SINK_TABLE_KEY_CHARS_MAX) return refuse(given)
  return parts as TableKey
}

function refuse(key: unknown): never {
  const what = typeof key === 'string' ? `a text of ${key.length} characters` : Array.isArray(key) ? `a list of ${key.length}` : String(key)
  throw new MillraceError(
    'MR_RECORD_REFUSED',
    `The key of a row is ${what}; it must be a text, finite number or boolean, or a list of up to ${KEY_PARTS_MAX} of them, with at most ${SINK_TABLE_KEY_CHARS_MAX} characters of text`,
  )
}

export const tableSink: OperatorDefinition = {
  kind: 'tableSink',
  create: (spec, context) => new TableSink(spec as unknown as TableSinkSpec, context),
}
