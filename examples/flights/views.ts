import type { FlightEvent } from './events.ts'
import { scheduledDeparture } from './events.ts'
import { HOUR_MS, NEW_YORK, toLocal } from './local-time.ts'
import type { Tally } from './tally.ts'
import { tallyOf } from './tally.ts'
import type { Measure, WeatherTable } from './weather.ts'
import { classesOf } from './weather.ts'

/** The views of the stream: each gives an event a key, and what the event adds to the sums of that key. */

export interface KeyedTally extends Tally {
  readonly key: string
}

/** Key: the carrier's code. */
export const byCarrier = (event: FlightEvent): KeyedTally => ({ key: event.carrier, ...tallyOf(event) })

/** Key: origin and destination, `JFK-LAX`. */
export const byRoute = (event: FlightEvent): KeyedTally => ({ key: `${event.origin}-${event.dest}`, ...tallyOf(event) })

/** Key: the hour of the day in New York in which the event happened, `00` to `23`. */
export function byHour(event: FlightEvent): KeyedTally {
  const hour = Math.floor(toLocal(event.at, NEW_YORK) / HOUR_MS) % 24
  return { key: String(hour).padStart(2, '0'), ...tallyOf(event) }
}

/**
 * Departures and cancellations, once for every measure, by the weather at the origin in the hour of the scheduled departure:
 * the delay is what the weather did, so it must not choose the hour. Key: measure, rank and label, `wind/1/8 to 16 mph`.
 */
export function byWeather(event: FlightEvent, table: WeatherTable): KeyedTally[] {
  if (event.kind !== 'departure' && event.kind !== 'cancelled') return []
  const tally = tallyOf(event)
  return classesOf(table.at(event.origin, scheduledDeparture(event))).map(({ measure, rank, label }) => ({
    key: `${measure}/${rank}/${label}`,
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
