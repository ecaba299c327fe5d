import { describe, expect, test } from 'vitest'
import type { FlightEvent } from '../../examples/flights/events.ts'
import { addTallies, delaysOf, NO_FLIGHTS, tallyOf } from '../../examples/flights/tally.ts'

const flight = { at: Date.UTC(2013, 0, 1, 12), carrier: 'UA', flight: 1, origin: 'EWR', dest: 'IAH' }
const departure = (delayMinutes: number): FlightEvent => ({ kind: 'departure', ...flight, delayMinutes })
const arrival = (delayMinutes: number): FlightEvent => ({ kind: 'arrival', ...flight, delayMinutes, airMinutes: 200 })
const tallyAll = (events: readonly FlightEvent[]) => events.map(tallyOf).reduce(addTallies, NO_FLIGHTS)

describe('a tally', () => {
  test('counts each kind of event on its own', () => {
    const events = [
      departure(20),
      departure(-4),
      arrival(31),
      { kind: 'cancelled', ...flight } as const,
      { kind: 'diverted', ...flight } as const,
    ]
    expect(tallyAll(events)).toEqual({
      departures: 2,
      departureMinutes: 16,
      lateDepartures: 1,
      arrivals: 1,
      arrivalMinutes: 31,
      lateArrivals: 1,
      cancelled: 1,
      diverted: 1,
    })
  })

  test('calls a flight late from the sixteenth minute on', () => {
    expect(tallyAll([departure(15), departure(16)]).lateDepartures).toBe(1)
    expect(tallyAll([arrival(15), arrival(16)]).lateArrivals).toBe(1)
  })

  test('becomes averages and shares', () => {
    expect(delaysOf(tallyAll([departure(20), departure(-5), arrival(-7), { kind: 'cancelled', ...flight }]))).toEqual({
      scheduled: 3,
      departures: 2,
      arrivals: 1,
      cancelled: 1,
      diverted: 0,
      departureDelay: 7.5,
      arrivalDelay: -7,
      lateDepartureShare: 0.5,
      lateArrivalShare: 0,
      cancelledShare: 1 / 3,
    })
  })

  test('of nothing has no averages', () => {
    const { departureDelay, arrivalDelay, lateDepartureShare, lateArrivalShare, cancelledShare } = delaysOf(NO_FLIGHTS)
    expect([departureDelay, arrivalDelay, lateDepartureShare, lateArrivalShare, cancelledShare]).toEqual([null, null, null, null, null])
  })
})
