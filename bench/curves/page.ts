import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type About, aboutLine } from '../harness/about.ts'
import { markdownTable, writeBetweenMarkers } from '../harness/page.ts'
import { projectFolder } from '../harness/project-folder.ts'
import { drift, type Sample } from '../soak/sample.ts'
import { chart } from './chart.ts'
import type { Curve, DrawnSeries, MeasuredCurve, Point } from './curve.ts'
import { CORES, CURVES } from './curves.ts'
import type { Footprint } from './footprint.ts'

const folder = (): string => join(projectFolder(), 'docs', 'curves')

function keptOf<T>(name: string): T | undefined {
  const file = join(folder(), `${name}.json`)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined
}

function keepAs(name: string, value: unknown): void {
  mkdirSync(folder(), { recursive: true })
  writeFileSync(join(folder(), `${name}.json`), JSON.stringify(value, undefined, 1) + '\n')
}

export function keepCurve(measured: MeasuredCurve, curve: Curve): void {
  keepAs(measured.name, measured)
  const beyond = curve.name === 'workers' ? { beyond: { x: CORES, text: 'oversubscribed' } } : {}
  writeFileSync(join(folder(), `${measured.name}.svg`), chart(measured, { ...curve, ...beyond }))
}

export function keepFootprints(rows: readonly Footprint[]): void {
  keepAs('bytes', rows)
}

/** Puts all curves that are kept into docs/speed.md. */
export function writeCurves(): void {
  const texts = CURVES.flatMap((curve) => {
    const measured = keptOf<MeasuredCurve>(curve.name)
    return measured === undefined ? [] : [sectionOf(curve, measured)]
  })
  const bytes = keptOf<Footprint[]>('bytes')
  if (bytes !== undefined)
    texts.push(`### Memory\n\n${bytesTable(bytes)}\n\nResident memory of processes that differ in their number only.`)
  writeBetweenMarkers(join(projectFolder(), 'docs', 'speed.md'), 'curves', texts.join('\n\n'))
}

function sectionOf({ title, note, name, xName }: Curve, { about, series }: MeasuredCurve): string {
  const beyond =
    name === 'workers' && series.some(({ points }) => points.some(({ x }) => x > CORES))
      ? ` More than ${CORES} workers are oversubscribed here.`
      : ''
  const xs = [...new Set(series.flatMap(({ points }) => points.map(({ x }) => x)))].toSorted((a, b) => a - b)
  const yAt = (points: readonly Point[], x: number): string => {
    const y = points.find((point) => point.x === x)?.y
    return y === undefined ? '-' : String(Number(y.toPrecision(3)))
  }
  const rows = series.map(({ name: its, points }) => [its, ...xs.map((x) => yAt(points, x))])
  const table = markdownTable([[xName, ...xs.map(String)], ...rows])
  return `### ${title}\n\n![${title}](curves/${name}.svg)\n\n${note}${beyond}\n\n${table}\n\n[Data](curves/${name}.json). ${aboutLine(about)}`
}

function bytesTable(rows: readonly Footprint[]): string {
  return markdownTable([
    ['one more', 'bytes', 'measured with'],
    ...rows.map(({ what, bytes, how }) => [what, bytes < 1000 ? bytes.toFixed(0) : `${(bytes / 1024).toFixed(1)} Ki`, how]),
  ])
}

/** Memory and rate over time, of a run with a fixed rate or as fast as it could. @returns what is to be said of it */
export function keepSoak(samples: readonly Sample[], about: About, writes: boolean, rowsPerSecond?: number): string {
  const percent = (of: (sample: Sample) => number): string => `${(100 * drift(samples, of)).toFixed(1)} %`
  const [memory, pace] = [percent(({ rssBytes }) => rssBytes), percent(({ recordsPerSecond }) => recordsPerSecond)]
  const said = `Over ${samples.at(-1)!.minute.toFixed(1)} minutes; the last quarter beside the one before: memory ${memory}, rate ${pace}.`
  if (!writes) return said
  keepAs('soak', { about, samples })
  const lines = [
    {
      name: 'soak-memory',
      yName: 'MiB',
      series: [
        lineOf('resident memory', ({ rssBytes }) => rssBytes / 2 ** 20),
        lineOf('heaps of the workers', ({ heapBytes }) => heapBytes / 2 ** 20),
      ],
    },
    { name: 'soak-rate', yName: 'million records a second', series: [lineOf('rate', ({ recordsPerSecond }) => recordsPerSecond / 1e6)] },
  ]
  function lineOf(name: string, of: (sample: Sample) => number): DrawnSeries {
    return { name, points: samples.map((sample) => ({ x: sample.minute, y: of(sample) })) }
  }
  for (const { name, yName, series } of lines) {
    writeFileSync(join(folder(), `${name}.svg`), chart({ title: 'A long run', xName: 'minutes', yName, series }, { logX: false }))
  }
  const images = lines.map(({ name, yName }) => `![${yName} over time](curves/${name}.svg)`)
  const rate = rowsPerSecond === undefined ? 'as fast as two workers can' : `${rowsPerSecond.toLocaleString('en')} records a second`
  const what = `Counts in sliding windows of 10,000 keys, each record in ten windows, ${rate}, checkpoints every second.`
  const text = [`${what} ${said}`, ...images, `[Data](curves/soak.json). ${aboutLine(about)}`].join('\n\n')
  writeBetweenMarkers(join(projectFolder(), 'docs', 'speed.md'), 'soak', text)
  return said
}
