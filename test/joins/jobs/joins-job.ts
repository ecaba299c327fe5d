import { defineJob, window } from '../../../src/index.ts'
import type { Interval, JoinType, Stream, WindowAssigner } from '../../../src/index.ts'

export interface Row {
  readonly side: 'l' | 'r'
  readonly n: number
  readonly key: string | number
  readonly at: number
}

export type WindowShape =
  | { readonly type: 'tumbling'; readonly sizeMs: number; readonly offsetMs?: number }
  | { readonly type: 'sliding'; readonly sizeMs: number; readonly slideMs: number }
  | { readonly type: 'session'; readonly gapMs: number }

export type JoinShape =
  | { readonly type: 'interval'; readonly interval: Interval }
  | { readonly type: 'window'; readonly window: WindowShape; readonly join: JoinType }
  | { readonly type: 'coGroup'; readonly window: WindowShape }
  | { readonly type: 'temporal'; readonly join: 'inner' | 'left'; readonly deletes: boolean }
  | { readonly type: 'latest' }
  | { readonly type: 'broadcast' }

export interface Config {
  /** Rows of the left side and of the right one. */
  readonly counts: readonly [number, number]
  readonly splits: number
  readonly keys: number
  /** Keys are numbers, or texts. */
  readonly texts: boolean
  /** Average distance of two rows of a side in ms. */
  readonly stepMs: number
  readonly disorderMs: number
  readonly shape: JoinShape
  /** Left rows at which an attempt throws, each once. */
  readonly failAt: readonly number[]
  readonly run: string
}

/** What a join says of one pair. */
export type Pair = readonly [key: string | number, left: number | null, right: number | null, windowStart?: number]

const failed = new Map<string, Set<number>>()

function failOnce(run: string, rows: readonly number[], n: number): void {
  if (!rows.includes(n)) return
  const before = failed.get(run) ?? failed.set(run, new Set()).get(run)!
  if (before.has(n)) return
  before.add(n)
  throw new Error(`row ${n} fails once`)
}

const even = (n: number): number => n - (n % 2)

/**
 * Rows in a fixed order that is not random, but looks like it. All times are even, and gaps of sessions odd: whether a row still belongs to a session that ends
 * at its time depends on what the watermark is when it comes.
 */
export function rowOf(side: 'l' | 'r', n: number, { keys, texts, stepMs, disorderMs }: Config): Row {
  const mixed = Math.imul(n + (side === 'l' ? 1 : 7777), 0x9e3779b1) >>> 0
  const key = (mixed >>> 7) % keys
  const at = even(Math.floor(n * stepMs)) + disorderMs - even((mixed >>> 11) % (disorderMs + 1))
  return { side, n, key: texts ? `key ${key}` : key, at }
}

export function isDeletion({ at }: Row): boolean {
  return at % 8 === 0
}

/** What comes first is a matter of chance: all that can be said is that it is of the same key. */
function latestPair(l: Row, r: Row | undefined): Pair {
  if (l.side !== 'l' || (r !== undefined && (r.side !== 'r' || r.key !== l.key))) throw new Error('sides or keys are mixed up')
  return [l.key, l.n, null]
}

function assigner(shape: WindowShape): WindowAssigner<unknown, 'time'> {
  if (shape.type === 'session') return window.session({ gapMs: shape.gapMs })
  const { sizeMs } = shape
  return shape.type === 'tumbling'
    ? window.tumbling({ sizeMs, offsetMs: shape.offsetMs ?? 0 })
    : window.sliding({ sizeMs, slideMs: shape.slideMs })
}

/** A join of two sides, as the configuration wants it. */
export function joined(left: Stream<Row>, right: Stream<Row>, { shape }: Config): Stream<Pair> {
  const [lefts, rights] = [left.keyBy('key'), right.keyBy(({ key }) => key)]
  if (shape.type === 'window') {
    return lefts
      .join(rights, assigner(shape.window), { type: shape.join })
      .apply((l, r, { key, start }): Pair => [key, l?.n ?? null, r?.n ?? null, start], { name: 'join' })
  }
  if (shape.type === 'coGroup') {
    return lefts.coGroup(rights, assigner(shape.window)).apply<Pair>(
      function* (ls, rs, { key, start }) {
        for (const { n } of ls) yield [key, n, null, start]
        for (const { n } of rs) yield [key, null, n, start]
      },
      { name: 'join' },
    )
  }
  if (shape.type === 'temporal') {
    const { join, deletes } = shape
    // Versions of one time come in any order, so that the time is all that is told of them.
    return lefts.joinTemporal(rights, (l, r): Pair => [l.key, l.n, r?.at ?? null], {
      name: 'join',
      type: join,
      ...(deletes && { isDelete: isDeletion }),
    })
  }
  if (shape.type === 'latest') return lefts.joinLatest(rights, latestPair, { type: 'left', name: 'join' })
  if (shape.type === 'broadcast') return left.joinBroadcast(rights, 'key', latestPair, { type: 'left', name: 'join' })
  return lefts.intervalJoin(
    rights,
    shape.interval,
    (l, r, { leftTime, rightTime }): Pair => {
      if (l.side !== 'l' || r.side !== 'r' || l.at !== leftTime || r.at !== rightTime) throw new Error('sides are mixed up')
      return [l.key, l.n, r.n]
    },
    { name: 'join' },
  )
}

/** Pairs of a join, and how often each came: exactly once, whatever failed in between. */
export default defineJob<Config>(import.meta, {
  build: ({ source, config }) => {
    const { counts, splits, disorderMs, failAt, run } = config
    const rows = (side: 'l' | 'r', count: number): Stream<Row> =>
      source.generate(side, {
        count,
        splits,
        make: (n) => {
          if (side === 'l') failOnce(run, failAt, n)
          return rowOf(side, n, config)
        },
        eventTime: ({ at }) => at,
        disorderMs,
      })
    const pairs = joined(rows('l', counts[0]), rows('r', counts[1]), config)
    return {
      pairs: pairs
        .keyBy((pair) => JSON.stringify(pair))
        .count({ name: 'pairs' })
        .toStream({ emit: 'final' }),
    }
  },
})
