import { defineJob, list, recordsOf, reducing } from '../../../src/index.ts'

export interface Config {
  readonly count: number
  readonly keys: number
  readonly gapMs: number
  /** Row at which the first attempt throws, or -1. */
  readonly failAt: number
}

export interface Reading {
  readonly key: number
  readonly n: number
  readonly at: number
}

/** A session per key, closed by an event-time timer `gapMs` after its last record. */
export interface Session {
  readonly key: number
  readonly from: number
  readonly to: number
  readonly rows: readonly number[]
}

let failed = false

/** A new run plans its failure anew. */
export function forgetFailure(): void {
  failed = false
}

export function readingOf(n: number, keys: number): Reading {
  return { key: (n * 7919) % keys, n, at: n * 3 + ((n * 31) % 50) }
}

export const job = defineJob<Config>(import.meta, {
  build: ({ source, config: { count, keys, gapMs, failAt } }) => {
    const rows = source.generate('rows', {
      count,
      splits: 3,
      make: (n) => {
        if (n === failAt && !failed) {
          failed = true
          throw new Error('the planned failure')
        }
        return readingOf(n, keys)
      },
      eventTime: ({ at }) => at,
      disorderMs: 50,
    })
    const sessions = rows.keyBy('key').process(
      {
        state: { rows: list<Reading>(), set: reducing<number>((a, b) => a + b) },
        emits: recordsOf<Session>(),
        outputs: { seen: recordsOf<number>() },
        onRecord(record, ctx) {
          if (ctx.key !== record.key) throw new Error(`key ${ctx.key} for ${record.key}`)
          ctx.state.rows.add(record)
          ctx.state.set.add(1)
          ctx.timers.event.set(record.at + gapMs)
          ctx.to.seen(record.n)
        },
        onTimer(time, ctx, domain) {
          if (domain !== 'event' || ctx.timestamp !== time || ctx.watermark < time)
            throw new Error(`${domain} timer ${time} at ${ctx.watermark}`)
          const rows = ctx.state.rows.get().sort((a, b) => a.at - b.at)
          let size = 1
          while (size < rows.length && rows[size]!.at < rows[size - 1]!.at + gapMs) size++
          if (rows.length === 0 || rows[size - 1]!.at + gapMs !== time) return
          ctx.emit({ key: ctx.key, from: rows[0]!.at, to: time, rows: rows.slice(0, size).map(({ n }) => n) })
          ctx.state.rows.set(rows.slice(size))
          ctx.state.set.clear()
        },
      },
      { name: 'sessions' },
    )
    return { sessions, seen: sessions.outputs.seen }
  },
})

export default job
