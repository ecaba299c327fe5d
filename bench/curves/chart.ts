import { init } from 'echarts'
import type { Curve, Drawn } from './curve.ts'

/** Readable on light and on dark pages. */
const TEXT = '#808792'
const GRID = '#8087924d'
const COLORS = ['#3b82f6', '#e8590c', '#2f9e44', '#ae3ec9', '#c2255c']

const SIZE = { width: 760, height: 400 }

/** An SVG of a curve, with logarithmic axes where the curve says so. */
export function chart({ series, title, xName, yName }: Drawn, { logX, logY = false }: Pick<Curve, 'logX' | 'logY'>): string {
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
    xAxis: { ...axis, type: type(logX), name: xName, nameGap: 28, min: logX ? 'dataMin' : 0 },
    yAxis: { ...axis, type: type(logY), name: yName, nameGap: 50 },
    series: series.map(({ name, points }) => ({
      type: 'line' as const,
      name,
      symbolSize: 6,
      data: points.map(({ x, y }) => [x, round(y)]),
    })),
  })
  const svg = drawing.renderToSVGString()
  drawing.dispose()
  return svg
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}
