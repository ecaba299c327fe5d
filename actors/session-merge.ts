import type { ColumnBatch, OperatorActor, OperatorContext, OperatorDefinition, Progress, StateChunk } from '../src/actor/contract.ts'
import { restoredWatermark } from '../src/actor/operator-kit.ts'
import { SessionTable } from '../src/actor/table-kit.ts'
import { WINDOWS_PER_STEP_MAX } from '../src/limits.ts'
import type { SessionAggregateSpec } from './session-combine.ts'
import { type WindowRowEmitter, windowRowEmitter } from './window-rows.ts'

/** The receiving side of an aggregate over sessions: pieces of sessions become sessions, and each a row when the watermark has come to its end. */
class SessionMergeActor implements OperatorActor {
  readonly #context: OperatorContext
  readonly #sessions: SessionTable
  readonly #columns: readonly string[]
  readonly #emitRows: WindowRowEmitter
  #watermark = -Infinity

  constructor({ key, specs, gapMs }: SessionAggregateSpec, context: OperatorContext) {
    this.#context = context
    const name = `${context.jobName}/${context.operator}`
    this.#sessions = new SessionTable({ name, specs, gapMs, mode: context.generateCode ? 'generated' : 'interpreted' })
    this.#columns = this.#sessions.table.layout.columns.map((column) => column.name)
    this.#emitRows = windowRowEmitter(this.#sessions.table, key !== null, context)
  }

  process(record: unknown): void {
    const row = record as Record<string, unknown>
    const columns = this.#columns.map((name) => [row[name]])
    this.#sessions.addRows([row['key']], [row['windowStart'] as number], [row['windowEnd'] as number], columns, 1, this.#watermark)
  }

  processBatch(batch: ColumnBatch): boolean {
    const column = (name: string): ArrayLike<unknown> => batch.numbers(name) ?? batch.values(name)
    const columns = this.#columns.map(column)
    const [starts, ends] = [column('windowStart'), column('windowEnd')] as ArrayLike<number>[]
    this.#sessions.addRows(column('key'), starts!, ends!, columns, batch.length, this.#watermark)
    return true
  }

  onWatermark(watermark: number): Progress {
    if (watermark > this.#watermark) this.#watermark = watermark
    for (let n = 0; n < WINDOWS_PER_STEP_MAX; n++) {
      const session = this.#sessions.takeOver(this.#watermark)
      if (session === -1) return 'done'
      this.#emitRows(session, session + 1, this.#sessions.startOf(session), this.#sessions.endOf(session))
      this.#sessions.release(session)
    }
    return 'more'
  }

  snapshot(): StateChunk[] {
    const { keyGroups, index } = this.#context
    return [
      ...[...this.#sessions.snapshot(keyGroups)].map(([id, value]) => ({ scope: 'group' as const, id, value })),
      { scope: 'all', id: index, value: this.#watermark },
    ]
  }

  restore(chunks: readonly StateChunk[]): void {
    for (const { scope, value } of chunks) if (scope === 'group') this.#sessions.restore(value as Uint8Array)
    this.#watermark = restoredWatermark(chunks, this.#context)
  }
}

export const sessionMerge: OperatorDefinition = {
  kind: 'sessionMerge',
  create: (spec, context) => new SessionMergeActor(spec as unknown as SessionAggregateSpec, context),
}
