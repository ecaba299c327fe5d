import { defineJob, list, recordsOf, window } from '../../../src/index.ts'
import type { Outlets, Stream } from '../../../src/index.ts'
import { type Config as JoinConfig, type JoinShape, type Row as Side, joined, rowOf } from '../../joins/jobs/joins-job.ts'
import { type Config as WindowConfig, type Reading, type Shape, reading, rowsOf } from '../../windows/jobs/windows-job.ts'

/** What one job may be made of. Each piece has an outlet of its own, whose records do not depend on the schedule (but for 'lenient'). */
export type Piece =
  | { readonly type: 'sums' | 'steps' | 'rounds' | 'timers' | 'strict' | 'lenient' | 'pushed' | 'changes' }
  | {
      readonly type: 'async'
      readonly ordered: boolean
      /** Some calls wait for the event loop, so that a seed does not decide when they are done. */ readonly outside: boolean
    }
  | {
      readonly type: 'windows'
      readonly shape: Shape
      readonly path: WindowConfig['path']
      readonly all: boolean
      readonly form: 'aggregate' | 'process'
    }
  | { readonly type: 'join'; readonly shape: JoinShape }

export interface AnyConfig {
  readonly count: number
  readonly splits: number
  readonly keys: number
  readonly texts: boolean
  readonly stepMs: number
  readonly disorderMs: number
  readonly pieces: readonly Piece[]
}

/** Of windows that wait for late records, and of those that do not. */
export const BUCKET_MS = 64

export function windowConfig(config: AnyConfig, piece: Partial<Extract<Piece, { type: 'windows' }>> = {}): WindowConfig {
  const windows = config.pieces.find((one) => one.type === 'windows')
  // The shape decides of which kind the times of readings are.
  const { shape = windows?.shape ?? { type: 'tumbling', sizeMs: BUCKET_MS }, path = 'fast', all = false, form = 'aggregate' } = piece
  return { ...config, firstAt: config.disorderMs, shape, path, all, form, failAt: [], run: '' }
}

export function joinConfig({ count, ...config }: AnyConfig, shape: JoinShape): JoinConfig {
  return { ...config, counts: [Math.ceil(count / 2), Math.ceil(count / 3)], shape, failAt: [], run: '' }
}

export function roundOf(n: number): number {
  return n % 10
}

interface Bucket {
  readonly key: string | number
  readonly end: number
  readonly ids: readonly number[]
}

/** Tumbling windows by hand: state and timers of a keyed actor. */
function buckets(readings: Stream<Reading>): Stream<Bucket> {
  return readings.keyBy('key').process({
    state: { kept: list<Reading>() },
    emits: recordsOf<Bucket>(),
    onRecord(record, ctx) {
      ctx.state.kept.add(record)
      ctx.timers.event.set((Math.floor(record.at / BUCKET_MS) + 1) * BUCKET_MS)
    },
    onTimer(end, ctx) {
      const kept = ctx.state.kept.get()
      const ids = kept.filter(({ at }) => at < end).map(({ id }) => id)
      ctx.state.kept.set(kept.filter(({ at }) => at >= end))
      ctx.emit({ key: ctx.key as string | number, end, ids: ids.sort((a, b) => a - b) })
    },
  }) as Stream<Bucket>
}

function build(
  piece: Piece,
  readings: Stream<Reading>,
  early: Stream<Reading>,
  pushed: Stream<Reading>,
  sides: [Stream<Side>, Stream<Side>],
  config: AnyConfig,
): Outlets[string] {
  switch (piece.type) {
    case 'sums':
      return readings.keyBy('key').sum('value').toStream({ emit: 'final' })
    case 'steps':
      return readings.keyBy('key').scan(
        () => ({ key: null as string | number | null, n: 0 }),
        (state, { key }) => ({ key, n: state.n + 1 }),
      )
    case 'rounds':
      // A table of a table: what goes from one group to another is taken back.
      return readings
        .keyBy('key')
        .count()
        .groupBy(({ count }) => roundOf(count))
        .aggregate((a) => ({ keys: a.count() }))
        .toStream({ emit: 'final' })
    case 'changes':
      return readings.keyBy('key').count().toStream({ emit: 'changes' })
    case 'async':
      return readings.mapAsync(
        async ({ id }) => {
          for (let turns = (id * 7) % 5; turns > 0; turns--) await Promise.resolve()
          if (piece.outside && id % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
          return { id }
        },
        { ordered: piece.ordered, inFlight: 7 },
      )
    case 'windows':
      return rowsOf(readings, windowConfig(config, piece))
    case 'timers':
      return buckets(readings)
    case 'strict': {
      // What comes too late is in no window, but comes out beside them.
      const { results, late } = early
        .keyBy('key')
        .window(window.tumbling({ sizeMs: BUCKET_MS }), { lateRecords: 'output' })
        .process<{ id: number }>((records, _, emit) => records.forEach(({ id }) => emit({ id })))
      return results.union(late.map(({ id }) => ({ id })))
    }
    case 'lenient':
      return early
        .keyBy('key')
        .window(window.tumbling({ sizeMs: BUCKET_MS }), { allowedLatenessMs: 1e9 })
        .aggregate((a) => ({ n: a.count(), sum: a.sum('value') }))
    case 'pushed':
      return pushed
        .keyBy('key')
        .window(window.tumbling({ sizeMs: BUCKET_MS }))
        .aggregate((a) => ({ n: a.count(), sum: a.sum('value') }))
    case 'join':
      return joined(...sides, joinConfig(config, piece.shape))
  }
}

/** Jobs of all kinds, as a configuration describes them. */
export default defineJob<AnyConfig, Outlets>(import.meta, {
  build: ({ source, inlet, config }) => {
    const { count, splits, disorderMs, pieces } = config
    const has = (...types: Piece['type'][]): boolean => pieces.some(({ type }) => types.includes(type))
    const windows = windowConfig(config)
    const eventTime = ({ at }: { readonly at: number }): number => at
    const make = (n: number): Reading => reading(n, windows)
    const none = null as never
    const readings = has('sums', 'steps', 'rounds', 'timers', 'async', 'windows', 'changes')
      ? source.generate('readings', { count, splits, make, eventTime, disorderMs })
      : none
    // Says that its records come in order, which they do not.
    const early = has('strict', 'lenient') ? source.generate('early', { count, splits, make, eventTime }) : none
    const pushed = has('pushed') ? inlet<Reading>('pushed', { eventTime, disorderMs }) : none
    const joins = pieces.find((piece) => piece.type === 'join')
    const join = joins === undefined ? none : joinConfig(config, joins.shape)
    const side = (name: 'l' | 'r', at: 0 | 1): Stream<Side> =>
      joins === undefined
        ? none
        : source.generate(name, { count: join.counts[at], splits, make: (n) => rowOf(name, n, join), eventTime, disorderMs })
    const sides: [Stream<Side>, Stream<Side>] = [side('l', 0), side('r', 1)]
    return Object.fromEntries(pieces.map((piece, i) => [`${piece.type}${i}`, build(piece, readings, early, pushed, sides, config)]))
  },
})
