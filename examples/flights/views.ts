import type { FlightEvent } from './events.ts'
import { scheduledDeparture } from './events.ts'
import { HOUR_MS, NEW_YORK, toLocal } from './local-time.ts'
import type { Tally } from './tally.ts'
import { tallyOf } from './tally.ts'
import type { Measure, WeatherTable } from './weather.ts'
import { classesOf } from './weather.ts'

/** The views of the stream: each gives an event its key, and what the event adds to the sums of that key. */

export interface CarrierTally extends Tally {
  readonly carrier: string
}

export interface RouteTally extends Tally {
  /** Origin and destination: `JFK-LAX`. */
  readonly route: string
}

export interface HourTally extends Tally {
  /** Hour of the day in New York in which the event happened, 0 to 23. */
  readonly hour: number
}

export interface WeatherTally extends Tally {
  readonly weather: string
}

export const byCarrier = (event: FlightEvent): CarrierTally => ({ carrier: event.carrier, ...tallyOf(event) })

export const byRoute = (event: FlightEvent): RouteTally => ({ route: `${event.origin}-${event.dest}`, ...tallyOf(event) })

export const byHour = (event: FlightEvent): HourTally => ({
  hour: Math.floor(toLocal(event.at, NEW_YORK) / HOUR_MS) % 24,
  ...tallyOf(event),
})

/**
 * Departures and cancellations, once for every measure, by the weather at the origin in the hour of the scheduled departure:
 * the delay is what the weather did, so it must not choose the hour.
 */
export function byWeather(event: FlightEvent, table: WeatherTable): WeatherTally[] {
  if (event.kind !== 'departure' && event.kind !== 'cancelled') return []
  const tally = tallyOf(event)
  return classesOf(table.at(event.origin, scheduledDeparture(event))).map(({ measure, rank, label }) => ({
    weather: `${measure}/${rank}/${label}`,
    ...tally,
  }))
}

export interface WeatherKey {
  readonly measure: Measure
  readonly rank: number
  readonly label: string
}

/** Takes the key of {@link byWeather} apart. */
export function weatherKey(weather: string): WeatherKey {
  const [measure = '', rank = '', ...label] = weather.split('/')
  return { measure: measure as Measure, rank: Number(rank), label: label.join('/') }
}
