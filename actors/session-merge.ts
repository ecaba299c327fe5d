import type { ColumnBatch, OperatorActor, OperatorContext, OperatorDefinition, Progress, StateChunk } from '../src/actor/contract.ts'
import { heapBytes } from '../src/actor/cached-kit.ts'
import { type Key, restoredWatermark } from '../src/actor/operator-kit.ts'
import type { NewestRows, Piece, RowsByKey } from '../src/actor/rows-kit.ts'
import { SessionTable } from '../src/actor/table-kit.ts'
import { WINDOWS_PER_STEP_MAX } from '../src/limits.ts'
import type { SessionAggregateSpec } from './session-combine.ts'
import { KeyedRowsActor } from './keyed-rows.ts'
import { type WindowRowEmitter, windowRowEmitter } from './window-rows.ts'

/** The receiving side of an aggregate over sessions: pieces of sessions become sessions, and each a row when the watermark has come to its end. */
class SessionMergeActor extends KeyedRowsActor implements OperatorActor {
  readonly #sessions: SessionTable
  readonly #columns: readonly string[]
  readonly #emitRows: WindowRowEmitter
  #watermark = -Infinity

  constructor({ key, specs, gapMs }: SessionAggregateSpec, context: OperatorContext) {
    super(context)
    const name = `${context.jobName}/${context.operator}`
    this.#sessions = new SessionTable({ name, specs, gapMs, mode: context.generateCode ? 'generated' : 'interpreted' })
    this.#columns = this.#sessions.table.layout.columns.map((column) => column.name)
    this.#emitRows = windowRowEmitter(this.#sessions.table, key !== null, context)
    this.keepPieces(sessionRows(this.#sessions), { numbers: 2, layout: this.#sessions.table.layout })
  }

  process(record: unknown): void {
    const row = record as Record<string, unknown>
    this.changed?.(row['key'] as Key)
    const columns = this.#columns.map((name) => [row[name]])
    this.#sessions.addRows([row['key']], [row['windowStart'] as number], [row['windowEnd'] as number], columns, 1, this.#watermark)
  }

  processBatch(batch: ColumnBatch): boolean {
    const column = (name: string): ArrayLike<unknown> => batch.numbers(name) ?? batch.values(name)
    const columns = this.#columns.map(column)
    const [starts, ends] = [column('windowStart'), column('windowEnd')] as ArrayLike<number>[]
    const keys = column('key')
    if (this.changed !== undefined) for (let i = 0; i < batch.length; i++) this.changed(keys[i] as Key)
    this.#sessions.addRows(keys, starts!, ends!, columns, batch.length, this.#watermark)
    return true
  }

  onWatermark(watermark: number): Progress {
    if (watermark > this.#watermark) this.#watermark = watermark
    const until = Math.min(this.#watermark, this.dueElsewhereMs)
    for (let n = 0; n < WINDOWS_PER_STEP_MAX; n++) {
      const session = this.#sessions.takeOver(until)
      if (session === -1) return this.fetchDue(this.#watermark) ? 'more' : 'done'
      this.changed?.(this.#sessions.keyOf(session))
      this.#emitRows(session, session + 1, this.#sessions.startOf(session), this.#sessions.endOf(session))
      this.#sessions.release(session)
    }
    return 'more'
  }

  snapshotInSteps(checkpointId: number): Iterable<StateChunk | null> {
    return this.saveRowsAt(this.#watermark, checkpointId)
  }

  restore(chunks: readonly StateChunk[]): Promise<void> {
    this.#watermark = restoredWatermark(chunks, this.context)
    return this.restoreRows(chunks)
  }

  protected override saveInMemory(keyGroups: number): Map<number, Uint8Array> {
    return this.#sessions.snapshot(keyGroups)
  }

  protected override restoreInMemory({ rows, newer }: NewestRows): void {
    this.#sessions.restore(rows, newer)
  }
}

function sessionRows(sessions: SessionTable): RowsByKey {
  return {
    has: (key) => sessions.hasKey(key),
    save: (key) => sessions.piecesOf(key),
    load: (key, pieces) => sessions.addPieces(key, pieces as readonly Piece[]),
    drop: (key) => sessions.releaseKey(key),
    bytesOf: (key) => heapBytes(sessions.piecesOf(key)),
    dueMs: (key) => sessions.firstOverMs(key),
    clockDueMs: () => Infinity,
  }
}

export const sessionMerge: OperatorDefinition = {
  kind: 'sessionMerge',
  repeats: 'asSets',
  create: (spec, context) => new SessionMergeActor(spec as unknown as SessionAggregateSpec, context),
}
