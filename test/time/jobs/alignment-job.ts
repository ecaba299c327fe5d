import { defineJob } from '../../../src/index.ts'

export interface Member {
  readonly name: string
  readonly count: number
  /** Event time between two of its rows. */
  readonly stepMs: number
  readonly rowsPerSecond?: number
}

export interface Config {
  readonly members: readonly Member[]
  /** Null: not aligned. */
  readonly maxDriftMs: number | null
  /** One of the members is an inlet that says nothing for so long that it is idle. */
  readonly idleInlet?: boolean
  /** Time that passes between two looks of the test at what was read: row at which the first attempt throws, or -1. */
  readonly failAt?: number
}

export interface Row {
  readonly member: string
  readonly at: number
  /** When it was read, by the machine's monotonic clock, in ms. */
  readonly readMs: number
}

/** What was read of each member, newest event time; Infinity when it was read to its end. Simulated runs share their modules. */
export const read = new Map<string, number>()
export const overruns: string[] = []
export const watching = { slackMs: Infinity, failed: false }

/** No member may be further ahead of the last one than it is allowed, a batch and the drift. */
function reads(member: Member, at: number, members: readonly Member[]): void {
  const before = read.get(member.name) ?? -Infinity
  read.set(member.name, Math.max(before, at))
  let last = Infinity
  for (const { name, count, stepMs } of members) {
    const newest = read.get(name) ?? -stepMs
    if (newest < (count - 1) * stepMs) last = Math.min(last, newest)
  }
  if (at - last > watching.slackMs) overruns.push(`${member.name} at ${at}, the last at ${last}`)
}

export const job = defineJob<Config>(import.meta, {
  build: ({ source, config }) => {
    const { members, maxDriftMs, idleInlet = false, failAt = -1 } = config
    const alignment = maxDriftMs === null ? {} : { alignment: { group: 'all', maxDriftMs } }
    const [first, ...others] = members.map((member) =>
      source.generate<Row>(member.name, {
        count: member.count,
        splits: 2,
        parallelism: 1,
        ...(member.rowsPerSecond !== undefined && { rowsPerSecond: member.rowsPerSecond }),
        make: (n) => ({ member: member.name, at: n * member.stepMs, readMs: Number(process.hrtime.bigint()) / 1e6 }),
        eventTime: (row) => {
          reads(member, row.at, members)
          if (row.at === failAt * member.stepMs && !watching.failed) {
            watching.failed = true
            throw new Error('the planned failure')
          }
          return row.at
        },
        ...alignment,
      }),
    )
    const rows = first!.union(...others)
    const all = idleInlet ? rows.union(source.inlet<Row>('quiet', { eventTime: ({ at }) => at, idleAfterMs: 30, ...alignment })) : rows
    const counts = all.aggregate((a) => ({ rows: a.count(), at: a.sum('at') })).toStream({ emit: 'final' })
    return { counts, rows: all.filter(() => watching.slackMs === Infinity) }
  },
})

export default job
