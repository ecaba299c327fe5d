import type { FlightEvent } from './events.ts'

/**
 * What the results count, as whole numbers that only need to be added: the order of events, and how they are spread over threads,
 * cannot change a sum. Averages and shares are made of the sums at the end.
 */
export interface Tally {
  readonly departures: number
  readonly departureMinutes: number
  /** Departures more than {@link LATE_MINUTES} behind the schedule. */
  readonly lateDepartures: number
  readonly arrivals: number
  readonly arrivalMinutes: number
  readonly lateArrivals: number
  readonly cancelled: number
  readonly diverted: number
}

export const LATE_MINUTES = 15

export const NO_FLIGHTS: Tally = {
  departures: 0,
  departureMinutes: 0,
  lateDepartures: 0,
  arrivals: 0,
  arrivalMinutes: 0,
  lateArrivals: 0,
  cancelled: 0,
  diverted: 0,
}

/** What one event adds. */
export function tallyOf(event: FlightEvent): Tally {
  switch (event.kind) {
    case 'departure':
      return { ...NO_FLIGHTS, departures: 1, departureMinutes: event.delayMinutes, lateDepartures: isLate(event.delayMinutes) }
    case 'arrival':
      return { ...NO_FLIGHTS, arrivals: 1, arrivalMinutes: event.delayMinutes, lateArrivals: isLate(event.delayMinutes) }
    case 'cancelled':
      return { ...NO_FLIGHTS, cancelled: 1 }
    case 'diverted':
      return { ...NO_FLIGHTS, diverted: 1 }
  }
}

const isLate = (minutes: number): 0 | 1 => (minutes > LATE_MINUTES ? 1 : 0)

export function addTallies(a: Tally, b: Tally): Tally {
  return {
    departures: a.departures + b.departures,
    departureMinutes: a.departureMinutes + b.departureMinutes,
    lateDepartures: a.lateDepartures + b.lateDepartures,
    arrivals: a.arrivals + b.arrivals,
    arrivalMinutes: a.arrivalMinutes + b.arrivalMinutes,
    lateArrivals: a.lateArrivals + b.lateArrivals,
    cancelled: a.cancelled + b.cancelled,
    diverted: a.diverted + b.diverted,
  }
}

/** A tally as people read it; null where nothing was counted that it could be made of. */
export interface Delays {
  /** Flights in the schedule: departed or cancelled. */
  readonly scheduled: number
  readonly departures: number
  readonly arrivals: number
  readonly cancelled: number
  readonly diverted: number
  /** Minutes behind the schedule, early ones negative, on average. */
  readonly departureDelay: number | null
  readonly arrivalDelay: number | null
  /** Parts of one. */
  readonly lateDepartureShare: number | null
  readonly lateArrivalShare: number | null
  readonly cancelledShare: number | null
}

export function delaysOf(tally: Tally): Delays {
  const scheduled = tally.departures + tally.cancelled
  return {
    scheduled,
    departures: tally.departures,
    arrivals: tally.arrivals,
    cancelled: tally.cancelled,
    diverted: tally.diverted,
    departureDelay: quotient(tally.departureMinutes, tally.departures),
    arrivalDelay: quotient(tally.arrivalMinutes, tally.arrivals),
    lateDepartureShare: quotient(tally.lateDepartures, tally.departures),
    lateArrivalShare: quotient(tally.lateArrivals, tally.arrivals),
    cancelledShare: quotient(tally.cancelled, scheduled),
  }
}

const quotient = (dividend: number, divisor: number): number | null => (divisor === 0 ? null : dividend / divisor)
