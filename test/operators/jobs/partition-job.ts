import { defineJob, type OperatorContext, type OperatorDefinition, type Stream } from '../../../src/index.ts'

export interface Timed {
  readonly id: number
  /** Some are before 1970. */
  readonly at: number
}

export interface PartitionConfig {
  readonly count: number
  /** Senders. */
  readonly senders: number
  readonly bucketMs: number
  /** What partitionBy returns for every record, if not a channel. */
  readonly choice?: unknown
}

/** A record with where it was processed. */
export interface Seen extends Timed {
  readonly instance: number
  readonly instances: number
}

class Witness {
  readonly #context: OperatorContext

  constructor(context: OperatorContext) {
    this.#context = context
  }

  process(record: unknown, timestamp: number): void {
    const { index, parallelism, emit } = this.#context
    emit({ ...(record as Timed), instance: index, instances: parallelism }, timestamp)
  }
}

const witness: OperatorDefinition = { kind: 'witness', create: (_, context) => new Witness(context) }

export const timedRow = (id: number): Timed => ({ id, at: ((id * 7919) % 5_000) - 1_000 })

/** Records by each partitioner, told by those who got them where that was. */
export default defineJob<PartitionConfig>(import.meta, {
  build: ({ source, config }) => {
    const { count, senders, bucketMs, choice } = config
    const rows = source.generate<Timed>('rows', { count, splits: senders, parallelism: senders, make: timedRow, eventTime: ({ at }) => at })
    const seen = (stream: Stream<Timed>, parallelism?: number): Stream<Seen> =>
      stream.transform<Seen>(witness, {}, parallelism === undefined ? {} : { parallelism })
    return {
      keyed: seen(rows.distinct('id')),
      roundRobin: seen(rows.roundRobin(), 4),
      rebalance: seen(rows.rebalance(), 4),
      broadcast: seen(rows.broadcast(), 3),
      forward: seen(rows.forward()),
      custom: seen(rows.partitionBy(({ id }, channels) => (choice === undefined ? (id * 31) % channels : (choice as number)))),
      event: seen(rows.partitionByTime({ bucketMs, by: 'event' })),
      arrival: seen(rows.partitionByTime({ bucketMs, by: 'arrival' })),
      inherited: seen(rows.map((record) => record)),
    }
  },
})
