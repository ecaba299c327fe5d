import type { OperatorActor, OperatorContext, OperatorDefinition, Progress, StateChunk } from '../src/actor/contract.ts'
import { TimeBuffer } from '../src/actor/queue-kit.ts'
import { MillraceError } from '../src/errors.ts'
import { RELEASED_RECORDS_PER_STEP } from '../src/limits.ts'

interface MergeSpec {
  readonly bufferRecordsMax: number
}

interface Waiting {
  readonly times: readonly number[]
  readonly records: readonly unknown[]
}

/**
 * Puts the records of all channels into the order of their event times: each is kept until the watermark has come to its time. The channels are
 * read all the while, since one that is held back would keep its barrier from coming; so what waits is state, and bounded.
 */
class MergeByTimeActor implements OperatorActor {
  readonly #context: OperatorContext
  readonly #recordsMax: number
  readonly #waiting = new TimeBuffer<unknown>()
  readonly #emitLate
  #watermark = -Infinity

  constructor(spec: MergeSpec, context: OperatorContext) {
    this.#context = context
    this.#recordsMax = spec.bufferRecordsMax
    this.#emitLate = context.emitTo('late')
  }

  process(record: unknown, timestamp: number): void {
    if (timestamp <= this.#watermark) return this.#emitLate(record, timestamp)
    if (Number.isNaN(timestamp))
      throw new MillraceError('MR_EVENT_TIME_MISSING', 'A record has no event time: mergeByTime does not know its place')
    if (this.#waiting.size === this.#recordsMax) {
      const text = `mergeByTime keeps ${this.#recordsMax} records that wait for the watermark, which is at ${this.#watermark}. Raise bufferRecordsMax, or look for a source that lags or is idle (idleAfterMs)`
      throw new MillraceError('MR_BUFFER_FULL', text)
    }
    this.#waiting.add(record, timestamp)
  }

  onWatermark(watermark: number): Progress {
    this.#watermark = watermark
    for (let left = RELEASED_RECORDS_PER_STEP; this.#waiting.size > 0 && this.#waiting.firstTime <= watermark; left--) {
      if (left === 0) return 'more'
      const time = this.#waiting.firstTime
      this.#context.emit(this.#waiting.take(), time)
    }
    return 'done'
  }

  snapshot(): StateChunk[] {
    const entries = this.#waiting.entries()
    const waiting: Waiting = { times: entries.map(({ time }) => time), records: entries.map(({ record }) => record) }
    return [{ scope: 'instance', id: this.#context.index, value: { ...waiting, watermark: this.#watermark } }]
  }

  restore(chunks: readonly StateChunk[]): void {
    const { times, records, watermark } = chunks[0]!.value as Waiting & { watermark: number }
    this.#watermark = watermark
    times.forEach((time, i) => this.#waiting.add(records[i], time))
  }
}

export const mergeByTime: OperatorDefinition = {
  kind: 'mergeByTime',
  outputs: ['late'],
  create: (spec, context) => new MergeByTimeActor(spec as unknown as MergeSpec, context),
}
