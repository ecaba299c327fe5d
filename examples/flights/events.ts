import type { FlightRow } from './flight-row.ts'
import type { Zone } from './local-time.ts'
import { DAY_MS, MINUTE_MS, NEW_YORK, toLocal, toUtc } from './local-time.ts'

interface Flight {
  /** When it happened: milliseconds since 1970, UTC. */
  readonly at: number
  /** Two-letter code of the airline. */
  readonly carrier: string
  readonly flight: number
  /** Three-letter codes of the airports. */
  readonly origin: string
  readonly dest: string
}

export interface Departure extends Flight {
  readonly kind: 'departure'
  /** Against the schedule; negative when early. */
  readonly delayMinutes: number
}

export interface Arrival extends Flight {
  readonly kind: 'arrival'
  readonly delayMinutes: number
  readonly airMinutes: number
}

/** Never departed. It happens at the scheduled departure. */
export interface Cancelled extends Flight {
  readonly kind: 'cancelled'
}

/** Departed, but did not arrive as planned: landed elsewhere or turned back. It happens when the arrival was due. */
export interface Diverted extends Flight {
  readonly kind: 'diverted'
}

export type FlightEvent = Departure | Arrival | Cancelled | Diverted

/** Time zone of an airport, by its code. */
export type Zones = ReadonlyMap<string, Zone>

export interface Schedule {
  readonly departure: number
  readonly arrival: number
}

/**
 * Scheduled departure and arrival in UTC. The row tells the day of the departure only: the arrival is the first moment after it at which
 * the destination's clock shows the scheduled time, which holds for every flight of less than a day.
 */
export function scheduleOf(row: FlightRow, zone: Zone): Schedule {
  const departure = toUtc(row.date + row.scheduledDeparture * MINUTE_MS, NEW_YORK)
  const local = toLocal(departure, zone)
  const midnight = local - (local % DAY_MS)
  const sameDay = toUtc(midnight + row.scheduledArrival * MINUTE_MS, zone)
  const arrival = sameDay > departure ? sameDay : toUtc(midnight + DAY_MS + row.scheduledArrival * MINUTE_MS, zone)
  return { departure, arrival }
}

/** What one row tells: a cancellation; or a departure, followed by an arrival or a diversion. */
export function eventsOf(row: FlightRow, zones: Zones): FlightEvent[] {
  const zone = zones.get(row.dest)
  if (zone === undefined) throw new Error(`no time zone is known for airport ${row.dest}`)
  const { carrier, flight, origin, dest, departureDelay, arrivalDelay } = row
  const due = scheduleOf(row, zone)
  if (departureDelay === null) return [{ kind: 'cancelled', at: due.departure, carrier, flight, origin, dest }]
  const departed = due.departure + departureDelay * MINUTE_MS
  const departure: Departure = { kind: 'departure', at: departed, carrier, flight, origin, dest, delayMinutes: departureDelay }
  if (arrivalDelay === null) {
    const at = due.arrival + Math.max(0, departureDelay) * MINUTE_MS
    return [departure, { kind: 'diverted', at, carrier, flight, origin, dest }]
  }
  const at = due.arrival + arrivalDelay * MINUTE_MS
  return [departure, { kind: 'arrival', at, carrier, flight, origin, dest, delayMinutes: arrivalDelay, airMinutes: row.airMinutes ?? 0 }]
}

/** When the flight of a departure or cancellation was to depart. */
export function scheduledDeparture(event: Departure | Cancelled): number {
  return event.kind === 'departure' ? event.at - event.delayMinutes * MINUTE_MS : event.at
}
