import type { OperatorActor, OperatorContext, OperatorDefinition } from '../src/actor/contract.ts'
import type { AggregateSpecs, Key } from '../src/actor/operator-kit.ts'
import { Combiner } from '../src/actor/table-kit.ts'
import { BATCH_RECORDS_MAX } from '../src/limits.ts'
import { CarefulAggregates, hasCustom } from './careful-aggregates.ts'
import { keySelector } from './key-selector.ts'

interface CombineSpec {
  readonly key: string | ((record: unknown) => never) | null
  readonly specs: AggregateSpecs
  /** Results that come at the end only leave all the time to combine. */
  readonly emit: 'changes' | 'final' | 'changelog'
}

/** The sending side of an aggregate: turns records into partial accumulators by key, and sends those. Holds nothing across a barrier. */
class CombineActor implements OperatorActor {
  readonly #context: OperatorContext
  readonly #combiner: Combiner<unknown>
  readonly #patient: boolean
  /** Under a policy for bad records, where user code changes accumulators. */
  readonly #careful: CarefulAggregates | null
  #bypassed = false
  /** The combiner's own loop, so that nothing stands between it and the chain. */
  process: (record: unknown) => void

  constructor(spec: CombineSpec, context: OperatorContext) {
    this.#context = context
    this.#patient = spec.emit === 'final'
    this.#careful = context.undoes && hasCustom(spec.specs) ? new CarefulAggregates(spec.specs) : null
    this.#combiner = new Combiner({
      name: `${context.jobName}/${context.operator}`,
      specs: this.#careful?.specs ?? spec.specs,
      key: keySelector(spec.key),
      owners: context.output!.route,
      batchRecords: BATCH_RECORDS_MAX,
      mode: context.generateCode ? 'generated' : 'interpreted',
    })
    this.process = this.#adder()
  }

  get holdsBack(): boolean {
    return !this.#patient && this.#combiner.entries > 0
  }

  beginSample(): void {
    this.#combiner.beginSample()
  }

  sampledKey(): Key | undefined {
    return this.#combiner.sampledKey()
  }

  undo(): void {
    this.#careful?.undo()
  }

  afterBatch(): void {
    if (this.#combiner.shouldFlush) this.flush(true)
  }

  flush(force: boolean): void {
    if (this.#patient && !force) return
    const output = this.#context.output!
    this.#combiner.flush((target, columns, count) => output.pushColumns(target, columns, count))
    if (this.#combiner.bypassing !== this.#bypassed) this.#follow()
  }

  /** Combining and bypassing have loops of their own. */
  #follow(): void {
    this.#bypassed = this.#combiner.bypassing
    this.process = this.#adder()
  }

  #adder(): (record: unknown) => void {
    const add = this.#combiner.recordAdder
    const careful = this.#careful
    if (careful === null) return add
    return (record) => {
      careful.prepare(record)
      add(record)
    }
  }
}

export const combine: OperatorDefinition = {
  kind: 'combine',
  create: (spec, context) => new CombineActor(spec as unknown as CombineSpec, context),
}
