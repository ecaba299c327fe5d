import { type Outlets, type Stream, defineJob, list, recordsOf, trigger, value, window } from '../../../src/index.ts'
import type { BuildContext } from '../../../src/index.ts'

export interface Row {
  readonly n: number
  readonly key: number
  readonly at: number
}

export const GROUPS = ['keyed', 'counted', 'merged', 'windows', 'sessions', 'joins', 'latest', 'calls', 'read', 'pushed'] as const

export interface EveryConfig {
  readonly group: (typeof GROUPS)[number]
  readonly count: number
  /** Files of the same numbers. */
  readonly lines: string
  readonly csv: string
  readonly json: string
}

type Context = BuildContext<EveryConfig>

export const rowOf = (n: number): Row => ({ n, key: (n * 7) % 5, at: n * 3 })
/** So that checkpoints come in between. */
const RATE = 2_000
const eventTime = ({ at }: Row): number => at

/** In order within each of three splits, so that no record is late, and none of them alone in its instance. */
function rows({ source, config: { count } }: Context, name = 'rows'): Stream<Row> {
  return source.generate(name, { count, splits: 3, make: rowOf, eventTime, rowsPerSecond: RATE })
}

/** In order. */
function ordered({ source, config: { count } }: Context, name = 'ordered'): Stream<Row> {
  return source.generate(name, { count, splits: 1, parallelism: 1, make: rowOf, eventTime, rowsPerSecond: RATE })
}

const bySum = (left: Row, right: Row): Row => ({ ...right, n: left.n + right.n })

/** A timer for each record, which tells what is kept by then. */
function collected(stream: Stream<Row>): Outlets[string] {
  return stream.keyBy('key').process({
    state: { kept: list<number>() },
    emits: recordsOf<unknown>(),
    onRecord({ n, at }, ctx) {
      ctx.state.kept.add(n)
      ctx.timers.event.set(at + 50)
    },
    onTimer(time, ctx) {
      const due = ctx.state.kept.get().filter((n) => rowOf(n).at + 50 <= time)
      ctx.state.kept.set(ctx.state.kept.get().filter((n) => !due.includes(n)))
      ctx.emit({ key: ctx.key, time, due: due.toSorted((a, b) => a - b) })
    },
  })
}

interface Hit {
  readonly n: number
  readonly key: number
  readonly hit: boolean
}

/** When the first record of the other side comes is a matter of chance; but from then on it is there, for all records that follow. */
function onceThere(hits: Stream<Hit>): Outlets[string] {
  return hits.keyBy('key').process({
    state: { there: value<boolean>({ default: false }) },
    emits: recordsOf<{ n: number; forgotten: boolean }>(),
    onRecord({ n, hit }, ctx) {
      ctx.emit({ n, forgotten: !hit && ctx.state.there.get()! })
      if (hit) ctx.state.there.set(true)
    },
  })
}

const hitOf = ({ n, key }: Row, other: Row | undefined): Hit => ({ n, key, hit: other !== undefined })

const BUILDS: Readonly<Record<EveryConfig['group'], (context: Context) => Outlets>> = {
  keyed: (context) => ({
    reduced: ordered(context).keyBy('key').reduce(bySum),
    scanned: ordered(context, 'scanned rows')
      .keyBy('key')
      .scan(
        () => 0,
        (sum, { n }) => sum + n,
      ),
    distinct: rows(context)
      .distinct('key')
      .map(({ key }) => key),
    timers: collected(rows(context, 'timed rows')),
    table: rows(context, 'table rows')
      .keyBy('key')
      .count()
      .groupBy(({ count }) => count % 2)
      .aggregate((a) => ({ keys: a.count() }))
      .toStream({ emit: 'final' }),
  }),
  counted: (context) => {
    const stream = ordered(context)
    return {
      sampled: stream.sample({ every: 3 }),
      limited: stream.limit(20),
      numbered: stream.enumerate(),
      checkpointed: stream.withCheckpointing({ trigger: ({ n }, { request }) => void (n % 25 === 0 && request()) }),
    }
  },
  merged: (context) => ({
    merged: rows(context).mergeByTime().enumerate(),
    urgent: rows(context, 'urgent rows')
      .prioritize(({ n }) => n % 3, { levels: 3, bufferRecords: 16 })
      .mergeByTime()
      .enumerate(),
    outputs: rows(context, 'divided rows').flatMapTo({ half: recordsOf<number>() }, ({ n }, to) => {
      if (n % 2 === 0) to.half(n / 2)
    }).half,
  }),
  windows: (context) => {
    const [sliding, keyed] = [window.sliding({ sizeMs: 60, slideMs: 20 }), rows(context).keyBy('key')]
    return {
      panes: keyed.window(sliding).aggregate((a) => ({ rows: a.count(), sum: a.sum('n') })),
      general: keyed.window(sliding, { trigger: trigger.eventTime() }).aggregate((a) => ({ rows: a.count(), sum: a.sum('n') })),
    }
  },
  sessions: (context) => ({
    combined: rows(context)
      .keyBy('key')
      .window(window.session({ gapMs: 16 }))
      .aggregate((a) => ({ rows: a.count(), sum: a.sum('n') })),
    byRecord: rows(context, 'rows with gaps')
      .keyBy('key')
      .window(window.session<Row>({ gapMs: ({ n }) => 2 + (n % 4) * 6 + 1 }))
      .process<readonly number[]>((all, _, emit) => emit(all.map(({ n }) => n).toSorted((a, b) => a - b))),
  }),
  joins: (context) => {
    const [left, right] = [rows(context, 'left').keyBy('key'), rows(context, 'right').keyBy('key')]
    const pair = (l: Row | null, r: Row | null): unknown => [l?.n ?? null, r?.n ?? null]
    return {
      interval: left.intervalJoin(right, { lowerMs: -10, upperMs: 25 }, pair),
      sessions: left.join(right, window.session({ gapMs: 11 }), { type: 'full' }).apply(pair),
      tumbling: left.join(right, window.tumbling({ sizeMs: 40 })).apply(pair),
      temporal: left.joinTemporal(right, (l, r) => [l.n, r?.n ?? null], { type: 'left' }),
    }
  },
  latest: (context) => {
    const [left, right] = [ordered(context, 'left'), rows(context, 'right').keyBy('key')]
    return {
      latest: onceThere(left.keyBy('key').joinLatest(right, hitOf, { type: 'left' })),
      broadcast: onceThere(left.joinBroadcast(right, 'key', hitOf, { type: 'left' })),
      connected: onceThere(
        left
          .keyBy('key')
          .connectBroadcast(rows(context, 'rules'))
          .process({
            broadcast: { keys: value<readonly number[]>({ default: [] }) },
            emits: recordsOf<Hit>(),
            onRecord({ n, key }, ctx) {
              ctx.emit({ n, key, hit: ctx.broadcast.keys.get()!.includes(key) })
            },
            onBroadcast({ key }, ctx) {
              if (!ctx.broadcast.keys.get()!.includes(key)) ctx.broadcast.keys.update((keys) => [...keys!, key])
            },
          }),
      ),
    }
  },
  calls: (context) => {
    const slowly = async (n: number): Promise<number> => {
      for (let turns = (n * 7) % 5; turns > 0; turns--) await Promise.resolve()
      return 10 * n
    }
    return {
      called: rows(context)
        .mapAsync(({ n }) => slowly(n), { inFlight: 5, ordered: false })
        .map((n) => n),
      inOrder: rows(context, 'ordered calls')
        .mapAsync(({ n, at }) => slowly(n).then(() => ({ n, at })), { inFlight: 3 })
        .mergeByTime()
        .enumerate(),
      looked: rows(context, 'looked up').lookup('key', slowly, ({ n }, tenfold) => [n, tenfold], { cache: { maxEntries: 2 } }),
    }
  },
  read: ({ source, config: { count, lines, csv, json } }) => ({
    lines: source.lines('lines', { path: lines }),
    csv: source.csv('csv', { path: csv }),
    json: source.jsonLines<number>('json', { path: json }),
    iterated: source.iterable('iterated', { open: () => Array.from({ length: count }, (_, n) => n) }),
    ticks: source.timer('ticks', { everyMs: 1, count: 30 }).map(({ n }) => n),
  }),
  pushed: ({ inlet }) => ({
    pushed: inlet<Row>('pushed', { eventTime })
      .keyBy('key')
      .window(window.tumbling({ sizeMs: 40 }))
      .aggregate((a) => ({ rows: a.count(), sum: a.sum('n') })),
  }),
}

/** Operators that keep something, in groups; what the outlets of each commit does not depend on the schedule. */
export default defineJob<EveryConfig, Outlets>(import.meta, { build: (context) => BUILDS[context.config.group](context) })
