import type { MeasuredCurve, Point } from './curve.ts'
import type { PointMeasures, PointOrder } from './point-process.ts'

/** What one of something takes in memory: resident memory of processes that differ in the number of these only. */
export interface Footprint {
  readonly what: string
  readonly bytes: number
  readonly how: string
}

type Measure = (order: PointOrder) => Promise<PointMeasures>

const WINDOW_KEYS = 20_000
const OPEN_MORE = 50
const INSTANCES = [10, 60, 110] as const

/** @param curves those of keys and of actors, as far as they were measured */
export async function footprints(curves: readonly MeasuredCurve[], measure: Measure): Promise<Footprint[]> {
  return [
    ...keysAndActors(curves),
    { what: 'open window, of those that share panes', bytes: await windowBytes('panes', measure), how: windowsHow },
    { what: 'open window, with lateness', bytes: await windowBytes('lists', measure), how: windowsHow },
    {
      what: 'channel',
      bytes: await channelBytes(measure),
      how: `${INSTANCES.join(', ')} sources, each with a channel to each of as many sinks: what grows with their square`,
    },
  ]
}

const windowsHow = `counts of ${WINDOW_KEYS} keys, 1 and ${OPEN_MORE} windows open of each`

function keysAndActors(curves: readonly MeasuredCurve[]): Footprint[] {
  const rows: Footprint[] = []
  for (const [name, what] of [
    ['keys', 'key'],
    ['actors', 'actor'],
  ] as const) {
    for (const { name: kind, points } of curves.find((curve) => curve.name === name)?.series ?? []) {
      const [least, most] = [points[0], points.at(-1)]
      if (least === undefined || most === undefined || most.x <= least.x) continue
      rows.push({ what: `${what}: ${kind}`, bytes: growth(least, most), how: `${least.x} and ${most.x} of them` })
    }
  }
  return rows
}

function growth(least: Point, most: Point): number {
  return (most.measures.rssBytes - least.measures.rssBytes) / (most.x - least.x)
}

async function windowBytes(kind: 'panes' | 'lists', measure: Measure): Promise<number> {
  const rss: number[] = []
  for (const open of [1, OPEN_MORE]) {
    // A slide has each key some times; so many slides must have been for all windows to be open.
    const config = { count: 1_000_000_000, keys: WINDOW_KEYS, open, slideMs: 40, kind }
    const launch = { workers: 2 }
    const { rssBytes } = await measure({
      job: 'open-windows',
      config,
      launch,
      warmSeconds: 3,
      warmRecords: 40_000 * (OPEN_MORE + 5),
      seconds: 0.5,
    })
    rss.push(rssBytes)
  }
  return (rss[1]! - rss[0]!) / (WINDOW_KEYS * (OPEN_MORE - 1))
}

/** Actors cost in proportion to instances, channels to their square: the second difference over three equally distant points is of channels only. */
async function channelBytes(measure: Measure): Promise<number> {
  const rss: number[] = []
  for (const instances of INSTANCES) {
    const { rssBytes } = await measure({
      job: 'many-channels',
      config: { instances },
      launch: { workers: 2 },
      warmSeconds: 3,
      seconds: 0.5,
    })
    rss.push(rssBytes)
  }
  const step = INSTANCES[1] - INSTANCES[0]
  return (rss[2]! - 2 * rss[1]! + rss[0]!) / (2 * step * step)
}
