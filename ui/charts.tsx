import { bytesText, percentText } from '../src/cli/quantities.ts'
import type { Point } from '../src/ui/picture.ts'
import { Chart, type ChartProps } from './chart.tsx'
import { durationText, rateText } from './texts.ts'

/** A chart, and what of each point its lines show. */
type Shown = Omit<ChartProps, 'timesMs' | 'series'> & {
  readonly lines: readonly (readonly [label: string, color: string, of: (point: Point) => number | null | undefined])[]
}

/** Bytes are told in powers of two. */
const BINARY = Array.from({ length: 45 }, (_, power) => 2 ** power)
const HEAP_COLORS = ['--c1', '--c2', '--c3', '--c4', '--c5', '--c6']
const RATES = { text: rateText, least: 10 }
const DURATIONS = { text: durationText, least: 10 }
const BYTES = { text: bytesText, least: 1024, steps: BINARY }

const SHOWN: readonly Shown[] = [
  {
    title: 'Records read a second',
    nothing: 'Nothing read yet',
    ...RATES,
    lines: [['rate', '--c1', (point) => point.recordsPerSecond]],
  },
  {
    title: 'Latency',
    nothing: 'Not measured: launch with latencyMarkersMs',
    ...DURATIONS,
    lines: [
      ['p50', '--c1', (point) => point.latency?.p50Ms],
      ['p99', '--c2', (point) => point.latency?.p99Ms],
    ],
  },
  {
    title: 'Watermark behind the clock',
    nothing: 'The job has no event time',
    ...DURATIONS,
    lines: [['lag', '--c3', (point) => point.watermarkLagMs]],
  },
  {
    title: 'Mailbox and credit',
    nothing: 'No mailbox yet',
    text: percentText,
    lines: [
      ['fullest', '--c2', (point) => point.mailboxShare],
      ['waiting for credit', '--blocked', (point) => point.creditWaitShare],
    ],
  },
  { title: 'State in a checkpoint', nothing: 'No checkpoint yet', ...BYTES, lines: [['bytes', '--c4', (point) => point.stateBytes]] },
]

export function Charts({ points }: { readonly points: readonly Point[] }) {
  const timesMs = points.map(({ atMs }) => atMs)
  const workers = Math.max(0, ...points.map(({ heapBytes }) => heapBytes.length))
  const heaps = Array.from(
    { length: workers },
    (_, worker) => [`worker ${worker}`, HEAP_COLORS[worker % HEAP_COLORS.length]!, (point: Point) => point.heapBytes[worker]] as const,
  )
  const shown: readonly Shown[] = [...SHOWN, { title: 'Heap in use', nothing: 'Not known yet', ...BYTES, lines: heaps }]
  return (
    <div class="charts">
      {shown.map(({ lines, ...props }) => (
        <Chart
          key={props.title}
          {...props}
          timesMs={timesMs}
          series={lines.map(([label, color, of]) => ({ label, color, values: points.map((point) => of(point) ?? null) }))}
        />
      ))}
    </div>
  )
}
