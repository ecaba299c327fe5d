import { bytesText, percentText } from '../src/cli/quantities.ts'
import type { Point } from '../src/ui/picture.ts'
import { Chart } from './chart.tsx'
import { durationText, rateText } from './texts.ts'

/** Bytes are told in powers of two. */
const BINARY = Array.from({ length: 45 }, (_, power) => 2 ** power)
const HEAP_COLORS = ['--c1', '--c2', '--c3', '--c4', '--c5', '--c6']

export function Charts({ points }: { readonly points: readonly Point[] }) {
  const timesMs = points.map(({ atMs }) => atMs)
  const workers = Math.max(0, ...points.map(({ heapBytes }) => heapBytes.length))
  const of = (pick: (point: Point) => number | null | undefined) => points.map((point) => pick(point) ?? null)
  return (
    <div class="charts">
      <Chart
        title="Records read a second"
        nothing="Nothing read yet"
        timesMs={timesMs}
        series={[{ label: 'rate', color: '--c1', values: of((point) => point.recordsPerSecond) }]}
        text={rateText}
        least={10}
      />
      <Chart
        title="Latency"
        nothing="Not measured: launch with latencyMarkersMs"
        timesMs={timesMs}
        series={[
          { label: 'p50', color: '--c1', values: of((point) => point.latency?.p50Ms) },
          { label: 'p99', color: '--c2', values: of((point) => point.latency?.p99Ms) },
        ]}
        text={durationText}
        least={10}
      />
      <Chart
        title="Watermark behind the clock"
        nothing="The job has no event time"
        timesMs={timesMs}
        series={[{ label: 'lag', color: '--c3', values: of((point) => point.watermarkLagMs) }]}
        text={durationText}
        least={10}
      />
      <Chart
        title="Fullest mailbox"
        nothing="No mailbox yet"
        timesMs={timesMs}
        series={[{ label: 'credit in use', color: '--c2', values: of((point) => point.mailboxShare) }]}
        text={percentText}
        least={1}
      />
      <Chart
        title="State in a checkpoint"
        nothing="No checkpoint yet"
        timesMs={timesMs}
        series={[{ label: 'bytes', color: '--c4', values: of((point) => point.stateBytes) }]}
        text={bytesText}
        least={1024}
        steps={BINARY}
      />
      <Chart
        title="Heap in use"
        nothing="Not known yet"
        timesMs={timesMs}
        series={Array.from({ length: workers }, (_, worker) => ({
          label: `worker ${worker}`,
          color: HEAP_COLORS[worker % HEAP_COLORS.length]!,
          values: of((point) => point.heapBytes[worker]),
        }))}
        text={bytesText}
        least={1024}
        steps={BINARY}
      />
    </div>
  )
}
