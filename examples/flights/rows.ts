import type { Tally } from './tally.ts'
import { delaysOf } from './tally.ts'
import type { Measure } from './weather.ts'
import { weatherKey } from './views.ts'

/** Rows of the results, as they are in the result files: one per key, made of its finished sums. Minutes and shares are rounded. */

export interface DelayRow {
  /** Flights in the schedule: departed or cancelled. */
  readonly scheduled: number
  readonly departures: number
  readonly cancelled: number
  readonly diverted: number
  /** Minutes on average, negative when early; null without a departure. */
  readonly departureDelay: number | null
  /** Part (0 to 1) of the departures that were more than 15 minutes late. */
  readonly lateDepartureShare: number | null
  readonly arrivals: number
  readonly arrivalDelay: number | null
  readonly lateArrivalShare: number | null
}

export interface CarrierRow extends DelayRow {
  readonly carrier: string
}

export interface RouteRow extends DelayRow {
  readonly route: string
}

export interface HourRow {
  /** Hour of the day in New York. */
  readonly hour: number
  readonly events: number
  readonly departures: number
  readonly arrivals: number
  readonly cancelled: number
  readonly diverted: number
}

export interface WeatherRow {
  readonly measure: Measure
  /** Place of the class from fair to foul. */
  readonly rank: number
  readonly weather: string
  readonly scheduled: number
  readonly departures: number
  readonly cancelled: number
  readonly departureDelay: number | null
  readonly lateDepartureShare: number | null
  readonly cancelledShare: number | null
}

export const carrierRow = (carrier: string, tally: Tally): CarrierRow => ({ carrier, ...delayRow(tally) })

export const routeRow = (route: string, tally: Tally): RouteRow => ({ route, ...delayRow(tally) })

export function hourRow(hour: string, tally: Tally): HourRow {
  const { departures, arrivals, cancelled, diverted } = tally
  return { hour: Number(hour), events: departures + arrivals + cancelled + diverted, departures, arrivals, cancelled, diverted }
}

export function weatherRow(key: string, tally: Tally): WeatherRow {
  const { measure, rank, label } = weatherKey(key)
  const delays = delaysOf(tally)
  return {
    measure,
    rank,
    weather: label,
    scheduled: delays.scheduled,
    departures: delays.departures,
    cancelled: delays.cancelled,
    departureDelay: rounded(delays.departureDelay, 4),
    lateDepartureShare: rounded(delays.lateDepartureShare, 6),
    cancelledShare: rounded(delays.cancelledShare, 6),
  }
}

function delayRow(tally: Tally): DelayRow {
  const delays = delaysOf(tally)
  return {
    scheduled: delays.scheduled,
    departures: delays.departures,
    cancelled: delays.cancelled,
    diverted: delays.diverted,
    departureDelay: rounded(delays.departureDelay, 4),
    lateDepartureShare: rounded(delays.lateDepartureShare, 6),
    arrivals: delays.arrivals,
    arrivalDelay: rounded(delays.arrivalDelay, 4),
    lateArrivalShare: rounded(delays.lateArrivalShare, 6),
  }
}

const rounded = (value: number | null, digits: number): number | null => (value === null ? null : Number(value.toFixed(digits)))
