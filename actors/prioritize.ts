import type { OperatorActor, OperatorContext, OperatorDefinition, Progress } from '../src/actor/contract.ts'
import { PriorityBuffer } from '../src/actor/queue-kit.ts'
import { MillraceError } from '../src/errors.ts'

export interface PrioritySpec {
  readonly fn: (record: unknown) => unknown
  readonly levels: number
  readonly bufferRecords: number
}

/**
 * Takes in all that has come, up to a bound, and passes it on by level, a batch at a time; between two batches it looks for what has come meanwhile. At a
 * barrier everything leaves first, so it has no state: what came before a checkpoint is before it everywhere.
 */
class PrioritizeActor implements OperatorActor {
  readonly #spec: PrioritySpec
  readonly #context: OperatorContext
  readonly #buffer: PriorityBuffer
  /** All has to leave before anything else comes in. */
  #draining = false

  constructor(spec: PrioritySpec, context: OperatorContext) {
    this.#spec = spec
    this.#context = context
    this.#buffer = new PriorityBuffer(spec.levels)
  }

  get holdsBack(): boolean {
    return this.#buffer.size > 0
  }

  get holdsRecords(): boolean {
    return this.#buffer.size > 0
  }

  get releasedWatermark(): number {
    return this.#buffer.releasedWatermark
  }

  /** While it drains it goes on at once. */
  get wakeAtMs(): number {
    return this.#draining ? 0 : Infinity
  }

  /** Nothing was kept over a checkpoint: a watermark that was held is free. */
  open(): void {
    if (this.#context.watermark() > -Infinity && this.#context.watermark() < Infinity) this.#buffer.addWatermark(this.#context.watermark())
  }

  process(record: unknown, timestamp: number): void {
    const level = this.#spec.fn(record)
    if (!Number.isInteger(level) || (level as number) < 0 || (level as number) >= this.#spec.levels) this.#refuse(level)
    this.#buffer.add(level as number, record, timestamp)
  }

  onWatermark(watermark: number): Progress | 'held' {
    if (watermark === Infinity) {
      this.#emitBatch()
      return this.#buffer.size > 0 ? 'more' : 'done'
    }
    if (this.#buffer.size === 0) return 'done'
    this.#buffer.addWatermark(watermark)
    return 'held'
  }

  ready(): boolean {
    while (this.#buffer.size >= this.#spec.bufferRecords) this.#emitBatch()
    this.#draining &&= this.#buffer.size > 0
    return !this.#draining
  }

  onTime(): void {
    this.#emitBatch()
  }

  flush(force: boolean): void {
    if (force) this.#draining = this.#buffer.size > 0
    else this.#emitBatch()
  }

  #emitBatch(): void {
    const { emit, batchRecords } = this.#context
    const buffer = this.#buffer
    for (let left = batchRecords; left > 0 && buffer.take(); left--) emit(buffer.record, buffer.timestamp)
  }

  #refuse(level: unknown): never {
    throw new MillraceError(
      'MR_PRIORITY_INVALID',
      `The priority of a record is ${String(level)}, not a level of 0 to ${this.#spec.levels - 1}`,
    )
  }
}

export const prioritize: OperatorDefinition = {
  kind: 'prioritize',
  startsChain: true,
  create: (spec, context) => new PrioritizeActor(spec as unknown as PrioritySpec, context),
}
