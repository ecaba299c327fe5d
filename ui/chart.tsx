import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { THEME_CHANGED } from './theme.tsx'

export interface Series {
  readonly label: string
  /** Name of a custom property of the style sheet. */
  readonly color: string
  /** Null: nothing is known. */
  readonly values: readonly (number | null)[]
}

export interface ChartProps {
  readonly title: string
  /** Shown in place of the chart while no series has a value. */
  readonly nothing: string
  /** Milliseconds since 1970. */
  readonly timesMs: readonly number[]
  readonly series: readonly Series[]
  readonly text: (value: number) => string
  /** The axis goes at least so far. */
  readonly least?: number
  /** Between two of its marks. Default: of the decimal system. */
  readonly steps?: readonly number[] | undefined
}

const HEIGHT = 150

/** Values over time. The newest ones are told in words, too, for those who do not see the lines. */
export function Chart({ title, nothing, timesMs, series, text, least = 1, steps }: ChartProps) {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const data: uPlot.AlignedData = [timesMs.map((ms) => ms / 1000), ...series.map(({ values }) => [...values])]
  const isEmpty = series.every(({ values }) => values.every((value) => value === null))
  const names = series.map(({ label }) => label).join()
  useEffect(() => {
    if (isEmpty) return
    const node = place.current!
    const made = new uPlot(options({ series, text, least, steps, node }), data, node)
    plot.current = made
    const resized = new ResizeObserver(() => made.setSize({ width: node.clientWidth, height: HEIGHT }))
    resized.observe(node)
    const redraw = (): void => made.redraw(false, true)
    window.addEventListener(THEME_CHANGED, redraw)
    return () => {
      window.removeEventListener(THEME_CHANGED, redraw)
      resized.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [isEmpty, names])
  useEffect(() => plot.current?.setData(data))
  const newest = series.map(({ label, values }) => {
    const value = values.at(-1) ?? null
    return `${series.length > 1 ? `${label} ` : ''}${value === null ? '–' : text(value)}`
  })
  return (
    <section class="chart" aria-label={`${title}: ${isEmpty ? nothing : newest.join(', ')}`}>
      <h3>{title}</h3>
      {!isEmpty && (
        <p class="newest">
          {series.map(({ label, color }, index) => (
            <span key={label} style={{ color: `var(${color})` }}>
              {newest[index]}
            </span>
          ))}
        </p>
      )}
      {isEmpty ? <p class="nothing">{nothing}</p> : <div ref={place} class="plot" aria-hidden="true" />}
    </section>
  )
}

interface Look extends Pick<ChartProps, 'series' | 'text' | 'steps'> {
  readonly least: number
  readonly node: HTMLElement
}

/** Colours are asked for at each drawing, of the element: only a property that takes a colour resolves `light-dark()`. */
function options({ series, text, least, steps, node }: Look): uPlot.Options {
  const color = (name: string) => (): string => {
    node.style.color = `var(${name})`
    return getComputedStyle(node).color
  }
  const axis = {
    stroke: color('--quiet'),
    grid: { stroke: color('--line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  }
  return {
    width: node.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 26, 0, 0],
    scales: { y: { range: (_, min, max) => [Math.min(0, min ?? 0), Math.max(least, (max ?? 0) > least ? max * 1.1 : 0)] } },
    axes: [
      { ...axis, size: 24, space: 70, values: '{HH}:{mm}:{ss}' },
      { ...axis, size: 62, space: 34, ...(steps && { incrs: [...steps] }), values: (_, ticks) => ticks.map((tick) => text(tick)) },
    ],
    series: [
      {},
      ...series.map((each) => ({ label: each.label, stroke: color(each.color), width: 1.75, points: { show: false }, spanGaps: false })),
    ],
  }
}
