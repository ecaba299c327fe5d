import { init } from 'echarts'
import type { Curve, Drawn } from './curve.ts'

/** Readable on light and on dark pages. */
const TEXT = '#808792'
const GRID = '#8087924d'
const COLORS = ['#3b82f6', '#e8590c', '#2f9e44', '#ae3ec9', '#c2255c', '#808792']

/** Behind what is beyond a value of x. */
const BEYOND = '#80879226'

const SIZE = { width: 760, height: 400 }

export interface Axes extends Pick<Curve, 'logX' | 'logY'> {
  /** Smallest x. Default: 0, or where the points begin on a logarithmic axis. */
  readonly minX?: number
  /** Least step between two marks of the axis. Default: any. */
  readonly stepX?: number
  /** What is beyond it is marked, with these words. */
  readonly beyond?: { readonly x: number; readonly text: string }
  /** Points have marks. Default true. */
  readonly symbols?: boolean
}

/** An SVG of a curve, with logarithmic axes where the curve says so. Equal curves are equal texts. */
export function chart(
  { series, title, xName, yName }: Drawn,
  { logX, logY = false, minX, stepX = 0, beyond, symbols = true }: Axes,
): string {
  const drawing = init(null, null, { renderer: 'svg', ssr: true, ...SIZE })
  const axis = {
    nameLocation: 'middle' as const,
    axisLabel: { color: TEXT },
    nameTextStyle: { color: TEXT },
    splitLine: { lineStyle: { color: GRID } },
  }
  const type = (log: boolean) => (log ? ('log' as const) : ('value' as const))
  drawing.setOption({
    animation: false,
    color: COLORS,
    textStyle: { fontFamily: 'sans-serif' },
    title: { text: title, left: 'center', textStyle: { color: TEXT, fontSize: 15 } },
    legend: { bottom: 0, textStyle: { color: TEXT } },
    grid: { left: 70, right: 30, top: 45, bottom: 85 },
    xAxis: { ...axis, type: type(logX), name: xName, nameGap: 28, min: minX ?? (logX ? 'dataMin' : 0), minInterval: stepX },
    yAxis: { ...axis, type: type(logY), name: yName, nameGap: 50 },
    series: series.map(({ name, points }, index) => ({
      type: 'line' as const,
      name,
      symbolSize: 6,
      showSymbol: symbols,
      ...(beyond !== undefined && index === 0 && { markArea: markOf(beyond) }),
      data: points.map(({ x, y }) => [x, round(y)]),
    })),
  })
  const svg = drawing.renderToSVGString()
  drawing.dispose()
  // Its names count the drawings of the process.
  return svg.replaceAll(/zr\d+-/g, 'zr-')
}

function markOf({ x, text }: NonNullable<Axes['beyond']>) {
  const label = { color: TEXT, position: 'insideBottom' as const }
  return { silent: true, itemStyle: { color: BEYOND }, label, data: [[{ name: text, xAxis: x }, { xAxis: 'max' as const }]] as never }
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}
