import type { OperatorActor, OperatorContext, OperatorDefinition, StateChunk } from '../../src/index.ts'
import type { SumRow } from '../workloads/rows.ts'

/** The sink of ks-every: keeps the last row of each key, and emits these at the end of the input. */
class LastByKey implements OperatorActor {
  readonly #context: OperatorContext
  readonly #last = new Map<number, SumRow>()

  constructor(context: OperatorContext) {
    this.#context = context
  }

  process(record: unknown): void {
    const row = record as SumRow
    this.#last.set(row.key, row)
  }

  onEnd(): 'done' {
    for (const row of this.#last.values()) this.#context.emit(row, Number.NaN)
    this.#last.clear()
    return 'done'
  }

  snapshot(): StateChunk[] {
    return [{ scope: 'instance', id: this.#context.index, value: [...this.#last.values()] }]
  }

  restore(chunks: readonly StateChunk[]): void {
    for (const { value } of chunks) for (const row of value as readonly SumRow[]) this.#last.set(row.key, row)
  }
}

export const lastByKey: OperatorDefinition = { kind: 'lastByKey', create: (_spec, context) => new LastByKey(context) }
