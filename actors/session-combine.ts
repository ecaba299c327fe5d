import type { OperatorActor, OperatorContext, OperatorDefinition, Progress } from '../src/actor/contract.ts'
import { type AggregateSpecs, type Key, checkEventTime, lastMsOf } from '../src/actor/operator-kit.ts'
import { SessionCombiner } from '../src/actor/table-kit.ts'
import { CarefulAggregates, hasCustom } from './careful-aggregates.ts'
import { recordKey } from './record-key.ts'

export interface SessionAggregateSpec {
  readonly key: string | ((record: unknown) => Key) | null
  readonly specs: AggregateSpecs
  readonly gapMs: number
}

/**
 * The sending side of an aggregate over sessions. All that waits is flushed before a watermark leaves that has come to where the earliest of it begins: from then on a receiver could end
 * a session that it belongs to. So nothing is counted late that was on time here; whether a record is too late is for the receiver to say, in the order in which records came.
 */
class SessionCombineActor implements OperatorActor {
  readonly #context: OperatorContext
  readonly #gapMs: number
  /** Under a policy for bad records, where user code changes accumulators. */
  readonly #careful: CarefulAggregates | null
  readonly #combiner: SessionCombiner
  #watermark = -Infinity

  constructor({ key, specs, gapMs }: SessionAggregateSpec, context: OperatorContext) {
    this.#context = context
    this.#gapMs = gapMs
    this.#careful = context.undoes && hasCustom(specs) ? new CarefulAggregates(specs) : null
    this.#combiner = new SessionCombiner({
      name: `${context.jobName}/${context.operator}`,
      specs: this.#careful?.specs ?? specs,
      keyOf: recordKey(key, context),
      gapMs,
      owners: context.output!.route,
      mode: context.generateCode ? 'generated' : 'interpreted',
    })
    context.output!.beforeWatermark((watermark) => {
      if (this.#combiner.minStart <= watermark + 1) this.flush(true)
    })
  }

  /** Goes on where the checkpoint was: what was late then is late now. */
  open(): void {
    this.#watermark = this.#context.watermark()
  }

  process(record: unknown, timestamp: number): void {
    checkEventTime(timestamp)
    this.#careful?.prepare(record)
    if (lastMsOf(timestamp + this.#gapMs) > this.#watermark) this.#combiner.add(record, timestamp)
    else this.#passOn(record, timestamp)
  }

  undo(): void {
    this.#careful?.undo()
  }

  afterBatch(): void {
    if (this.#combiner.shouldFlush) this.flush(true)
  }

  onWatermark(watermark: number): Progress {
    this.#watermark = watermark
    return 'done'
  }

  flush(force: boolean): void {
    if (!force) return
    const output = this.#context.output!
    this.#combiner.flush((target, columns, count) => output.pushColumns(target, columns, count))
  }

  /** One that is late by itself counts where it touches a session that is still open, so it keeps its place among the others. */
  #passOn(record: unknown, timestamp: number): void {
    this.flush(true)
    this.#combiner.add(record, timestamp)
    this.flush(true)
  }
}

export const sessionCombine: OperatorDefinition = {
  kind: 'sessionCombine',
  create: (spec, context) => new SessionCombineActor(spec as unknown as SessionAggregateSpec, context),
}
