import { defineJob, trigger, window } from '../../../src/index.ts'
import type { AggregateBuilder, Stream, WindowAssigner } from '../../../src/index.ts'

export interface Reading {
  readonly id: number
  readonly key: string | number
  readonly value: number
  readonly at: number
}

export type Shape =
  | { readonly type: 'tumbling'; readonly sizeMs: number; readonly offsetMs?: number }
  | { readonly type: 'sliding'; readonly sizeMs: number; readonly slideMs: number; readonly offsetMs?: number }
  | { readonly type: 'session'; readonly gapMs: number }

export interface Config {
  readonly count: number
  readonly splits: number
  readonly keys: number
  /** Keys are numbers, or texts. */
  readonly texts: boolean
  /** Average distance of two readings in ms. */
  readonly stepMs: number
  readonly disorderMs: number
  readonly firstAt: number
  readonly shape: Shape
  /** 'general': the operator that can do everything. 'fast': what the job chooses by itself. */
  readonly path: 'general' | 'fast'
  readonly all: boolean
  readonly form: 'aggregate' | 'reduce' | 'process'
  /** Rows at which an attempt throws, each once. */
  readonly failAt: readonly number[]
  readonly run: string
  /** Readings come no faster. */
  readonly rowsPerSecond?: number
}

/** A result, however it was computed. `sum` is undefined where only records were reduced. */
export interface Row {
  readonly key?: string | number
  readonly windowStart: number
  readonly windowEnd: number
  readonly n: number
  readonly sum: number
  readonly least: number
}

const failed = new Map<string, Set<number>>()

function failOnce(run: string, rows: readonly number[], id: number): void {
  if (!rows.includes(id)) return
  const before = failed.get(run) ?? failed.set(run, new Set()).get(run)!
  if (before.has(id)) return
  before.add(id)
  throw new Error(`row ${id} fails once`)
}

/**
 * Readings in a fixed order that is not random, but looks like it. Those of sessions have even times, and gaps are odd: a record exactly at the end of a session belongs
 * to it only if no watermark came in between, which is for tests that decide when one comes.
 */
export function reading(n: number, { keys, texts, stepMs, disorderMs, firstAt, shape }: Config): Reading {
  const mixed = Math.imul(n + 1, 0x9e3779b1) >>> 0
  const key = (mixed >>> 7) % keys
  const late = disorderMs === 0 ? 0 : (mixed >>> 11) % (disorderMs + 1)
  const unit = shape.type === 'session' ? 2 : 1
  const at = firstAt + unit * (Math.floor((n * stepMs) / unit) - Math.floor(late / unit))
  return { id: n, key: texts ? `key ${key}` : key, value: mixed % 1000, at }
}

function assigner(shape: Shape): WindowAssigner<unknown, 'time'> {
  if (shape.type === 'session') return window.session({ gapMs: shape.gapMs })
  const { sizeMs, offsetMs = 0 } = shape
  return shape.type === 'tumbling' ? window.tumbling({ sizeMs, offsetMs }) : window.sliding({ sizeMs, offsetMs, slideMs: shape.slideMs })
}

const aggregates = (a: AggregateBuilder<Reading>) => ({ n: a.count(), sum: a.sum('value'), least: a.min('value') })

/** Windows over readings, as the configuration wants them. */
export function rowsOf(readings: Stream<Reading>, { shape, path, all, form }: Config): Stream<Row> {
  const options = path === 'general' ? { trigger: trigger.eventTime() } : {}
  const windowed = all ? readings.windowAll(assigner(shape), options) : readings.keyBy('key').window(assigner(shape), options)
  if (form === 'aggregate') return windowed.aggregate(aggregates, { name: 'windows' }) as Stream<Row>
  return (windowed as ReturnType<typeof readings.windowAll<'time'>>).process<Row>(
    (records, { key, window: { start, end } }, emit) =>
      emit({
        ...(all ? {} : { key }),
        windowStart: start,
        windowEnd: end,
        n: records.length,
        sum: records.reduce((sum, { value }) => sum + value, 0),
        least: Math.min(...records.map(({ value }) => value)),
      }),
    { name: 'windows' },
  )
}

/** Rows of windows, and how often each came: exactly once, whatever failed in between. */
export default defineJob<Config>(import.meta, {
  build: ({ source, config }) => {
    const { count, splits, disorderMs, failAt, run, rowsPerSecond } = config
    const readings = source.generate('readings', {
      count,
      splits,
      ...(rowsPerSecond !== undefined && { rowsPerSecond }),
      make: (n) => {
        failOnce(run, failAt, n)
        return reading(n, config)
      },
      eventTime: ({ at }) => at,
      disorderMs,
    })
    const rows = rowsOf(readings, config)
    return {
      rows: rows
        .keyBy((row) => JSON.stringify([row.key ?? null, row.windowStart, row.windowEnd, row.n, row.sum, row.least]))
        .count({ name: 'rows' })
        .toStream({ emit: 'final' }),
    }
  },
})
