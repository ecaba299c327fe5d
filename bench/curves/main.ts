import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { aboutNow, loadNow } from '../harness/about.ts'
import { warnOfLoad } from '../harness/compare-all.ts'
import { benchCommand, parsed, someOf } from '../harness/options.ts'
import { ContenderError } from '../harness/protocol.ts'
import { machineName } from '../harness/results.ts'
import { runProcess } from '../harness/run-contender.ts'
import { runMain } from '../harness/run-main.ts'
import { aligned } from '../harness/table.ts'
import type { Curve, MeasuredCurve, Point } from './curve.ts'
import { CURVES } from './curves.ts'
import { footprints } from './footprint.ts'
import { keepCurve, keepFootprints, writeCurves } from './page.ts'
import type { PointMeasures, PointOrder } from './point-process.ts'

const NAMES: readonly string[] = [...CURVES.map(({ name }) => name), 'bytes']
const ENTRY = fileURLToPath(new URL('point-process' + extname(import.meta.url), import.meta.url))
const LIMIT_MS = 180_000

interface CurveOptions {
  readonly only: readonly string[]
  readonly write: boolean
}

function parseOptions(args: readonly string[]): CurveOptions {
  const command = benchCommand('npm run bench:curves --', 'Measures what costs as work grows: keys, fields, windows, state, ...')
    .addOption(someOf('--only <names>', NAMES))
    .option('--write', 'keep data and charts in docs/curves/, and put them into docs/speed.md', false)
  return parsed<CurveOptions>(command, args)
}

async function measure(order: PointOrder): Promise<PointMeasures> {
  const { output } = await runProcess({ command: process.execPath, args: [ENTRY, JSON.stringify(order)] }, JSON.stringify(order), LIMIT_MS)
  return JSON.parse(output.trimEnd().split('\n').at(-1)!) as PointMeasures
}

/** Orders that several curves have in common are measured once. */
function remembering(): typeof measure {
  const done = new Map<string, Promise<PointMeasures>>()
  return (order) => {
    const key = JSON.stringify(order)
    if (!done.has(key)) done.set(key, measure(order))
    return done.get(key)!
  }
}

/** Points that could not be measured are left out, and told. */
async function pointsOf(
  { series, xs, name }: Curve,
  measured: typeof measure,
): Promise<{ series: MeasuredCurve['series']; failed: boolean }> {
  const all = series.map((): Point[] => [])
  let failed = false
  for (const x of xs) {
    for (const [i, { order, y, name: what }] of series.entries()) {
      const its = order(x)
      if (its === null) {
        console.error(`${name} ${x}: left out, too little memory is free`)
        continue
      }
      try {
        const measures = await measured(its)
        all[i]!.push({ x, y: y(measures, x), measures })
        console.error(`${name} ${x}, ${what}: ${y(measures, x).toPrecision(4)}`)
      } catch (error) {
        if (!(error instanceof ContenderError)) throw error
        failed = true
        console.error(`!!! FAILURE: ${error.message}`)
      }
    }
  }
  return { series: series.map(({ name: what }, i) => ({ name: what, points: all[i]! })), failed }
}

/** Exit codes: 0; 1, a point could not be measured; 2, a wrong option. */
async function main(options: CurveOptions): Promise<number> {
  console.log(`${machineName()}, Node ${process.version}\n`)
  warnOfLoad()
  const load = loadNow()
  const measured = remembering()
  const curves: MeasuredCurve[] = []
  let failed = false
  for (const curve of CURVES.filter(({ name }) => options.only.includes(name))) {
    const { name, title, xName, yName } = curve
    const about = aboutNow(`npm run bench:curves -- --only ${name} --write`, load)
    const { series, failed: some } = await pointsOf(curve, measured)
    const it: MeasuredCurve = { name, title, xName, yName, about, series }
    failed ||= some
    curves.push(it)
    print(it)
    if (options.write) keepCurve(it, curve)
  }
  if (options.only.includes('bytes')) {
    const rows = await footprints(curves, measured)
    console.log(aligned([['one more', 'bytes'], ...rows.map(({ what, bytes }) => [what, bytes.toFixed(0)])]))
    if (options.write) keepFootprints(rows)
  }
  if (options.write) writeCurves()
  return failed ? 1 : 0
}

function print({ title, yName, series }: MeasuredCurve): void {
  console.log(`\n${title}: ${yName}`)
  for (const { name, points } of series) console.log(`${name}: ${points.map(({ x, y }) => `${x}: ${y.toPrecision(4)}`).join('  ')}`)
}

await runMain(parseOptions, main)
