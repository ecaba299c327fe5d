import { defineJob } from '../../../src/index.ts'
import type { OperatorContext, OperatorDefinition } from '../../../src/index.ts'

export interface Seen {
  readonly instance: number
  /** Of a record; NaN for a watermark. */
  readonly at: number
  readonly watermark: number
}

/** Tells what it sees: every record beside the watermark that holds, and every watermark. */
const probe: OperatorDefinition = {
  kind: 'probe',
  create: (_, context: OperatorContext) => {
    let watermark = -Infinity
    const tell = (at: number): void => context.emit({ instance: context.index, at, watermark }, at)
    return {
      process: (_record, timestamp) => tell(timestamp),
      onWatermark: (to) => {
        if (to <= watermark) throw new Error(`the watermark went from ${watermark} to ${to}`)
        watermark = to
        tell(NaN)
        return 'done'
      },
      snapshot: () => [{ scope: 'all', id: context.index, value: watermark }],
      restore: (chunks) => {
        watermark = Math.min(...chunks.map(({ value }) => value as number))
      },
    }
  },
}

export interface Config {
  readonly count: number
  readonly disorderMs: number
  /** How far records are really out of order. */
  readonly shuffledMs: number
  readonly splits: number
  /** Row at which the first attempt throws, or -1. */
  readonly failAt: number
  readonly assigned: boolean
}

let failed = false

export const job = defineJob<Config>(import.meta, {
  build: ({ source, config }) => {
    const { count, disorderMs, shuffledMs, splits, failAt, assigned } = config
    const timeOf = (n: number): number => n - ((n * 7919) % (shuffledMs + 1))
    const make = (n: number): { n: number } => {
      if (n === failAt && !failed) {
        failed = true
        throw new Error('the planned failure')
      }
      return { n }
    }
    const timed = { eventTime: ({ n }: { n: number }) => timeOf(n), disorderMs }
    const rows = source.generate('rows', { count, splits, make, ...(assigned ? {} : timed) })
    const records = assigned ? rows.forward().withEventTime(timed.eventTime, { disorderMs }) : rows
    return { seen: records.partitionBy(({ n }, channels) => n % channels).transform<Seen>(probe) }
  },
})

export default job
/** A new run plans its failure anew. */
export function forgetFailure(): void {
  failed = false
}
