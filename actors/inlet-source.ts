import type { ColumnBatch, OperatorActor, OperatorContext, OperatorDefinition, StateChunk } from '../src/actor/contract.ts'

/** The job's end of an inlet: records that the app thread pushed. The app thread keeps them until a checkpoint has made them durable. */
class InletSource implements OperatorActor {
  readonly injectsBarriers = true
  readonly #context: OperatorContext
  #position = 0
  /** What the checkpoint in flight makes durable. */
  #taken = { checkpointId: 0, position: 0 }
  /** What every checkpoint makes durable that took no snapshot before the end; null before the end. */
  #endPosition: number | null = null

  constructor(context: OperatorContext) {
    this.#context = context
  }

  open(): void {
    this.#context.notify({ inlet: this.#context.operator, position: this.#position, event: 'restored' })
  }

  processBatch(batch: ColumnBatch): boolean {
    const first = this.#position
    this.#position += batch.length
    this.#context.run(batch.records(), 0, batch.length, batch.timestamps, undefined, first)
    return true
  }

  snapshot(checkpointId: number): StateChunk[] {
    if (checkpointId === 0) this.#endPosition = this.#position
    else this.#taken = { checkpointId, position: this.#position }
    return [{ scope: 'split', id: 0, value: { position: this.#position } }]
  }

  restore(chunks: readonly StateChunk[]): void {
    this.#position = (chunks[0]!.value as { position: number }).position
  }

  onCheckpointComplete(checkpointId: number): void {
    const position = this.#taken.checkpointId === checkpointId ? this.#taken.position : this.#endPosition
    if (position !== null) this.#context.notify({ inlet: this.#context.operator, position, event: 'committed' })
  }
}

export const inletSource: OperatorDefinition = { kind: 'inlet', create: (_spec, context) => new InletSource(context) }
