import type { About } from '../harness/about.ts'
import type { PointMeasures, PointOrder } from './point-process.ts'

export interface Point {
  readonly x: number
  readonly y: number
  readonly measures: PointMeasures
}

export interface Series {
  readonly name: string
  /** What is measured at each x; null where it is left out. */
  readonly order: (x: number) => PointOrder | null
  /** What of it is drawn. */
  readonly y: (measures: PointMeasures, x: number) => number
}

/** What grows, and what it costs. */
export interface Curve {
  /** Of its files. */
  readonly name: string
  readonly title: string
  readonly xName: string
  readonly yName: string
  readonly xs: readonly number[]
  readonly logX: boolean
  readonly logY?: boolean
  readonly series: readonly Series[]
  /** Why it is bent where it is. */
  readonly note: string
}

export interface DrawnSeries {
  readonly name: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

/** What a chart shows. */
export interface Drawn {
  readonly title: string
  readonly xName: string
  readonly yName: string
  readonly series: readonly DrawnSeries[]
}

/** docs/curves/NAME.json */
export interface MeasuredCurve extends Drawn {
  readonly name: string
  readonly series: readonly { readonly name: string; readonly points: readonly Point[] }[]
  readonly about: About
}
