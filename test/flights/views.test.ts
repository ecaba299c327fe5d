import { describe, expect, test } from 'vitest'
import type { FlightEvent } from '../../examples/flights/events.ts'
import { carrierRow, hourRow, routeRow, weatherRow } from '../../examples/flights/rows.ts'
import { addTallies, NO_FLIGHTS, tallyOf } from '../../examples/flights/tally.ts'
import { byCarrier, byHour, byRoute, byWeather, weatherKey } from '../../examples/flights/views.ts'
import { WeatherTable } from '../../examples/flights/weather.ts'

const flight = { carrier: 'UA', flight: 1545, origin: 'EWR', dest: 'IAH' }
/** 5:50 in New York, scheduled for 5:10; 10:50 in UTC. */
const departure: FlightEvent = { kind: 'departure', at: Date.UTC(2013, 0, 1, 11, 10), delayMinutes: 60, ...flight }
const arrival: FlightEvent = { kind: 'arrival', at: Date.UTC(2013, 6, 1, 3, 59), delayMinutes: 1, airMinutes: 200, ...flight }
const cancelled: FlightEvent = { kind: 'cancelled', at: Date.UTC(2013, 0, 1, 11, 10), ...flight }
const diverted: FlightEvent = { kind: 'diverted', at: Date.UTC(2013, 0, 1, 11, 10), ...flight }

describe('views', () => {
  test('key an event by carrier, route and hour of the day in New York', () => {
    expect(byCarrier(departure)).toEqual({ key: 'UA', ...tallyOf(departure) })
    expect(byRoute(departure)).toEqual({ key: 'EWR-IAH', ...tallyOf(departure) })
    expect(byHour(departure)).toEqual({ key: '06', ...tallyOf(departure) })
    expect(byHour(arrival).key).toBe('23')
  })

  test('key a departure by the weather of its scheduled hour, once for each measure', () => {
    const table = new WeatherTable(['EWR,2013-01-01T10:00:00Z,20,0,2', 'EWR,2013-01-01T11:00:00Z,0,0.5,10'])
    const keys = (event: FlightEvent) => byWeather(event, table).map(({ key }) => key)
    expect(keys(departure)).toEqual(['visibility/2/1 to 3 miles', 'wind/2/16 to 24 mph', 'precipitation/0/none'])
    expect(keys(cancelled)).toEqual(['visibility/0/over 5 miles', 'wind/0/under 8 mph', 'precipitation/3/0.3 in/h and over'])
    expect(byWeather(departure, table)[0]).toEqual({ key: 'visibility/2/1 to 3 miles', ...tallyOf(departure) })
  })

  test('do not key arrivals and diversions by weather', () => {
    const table = new WeatherTable([])
    expect([...byWeather(arrival, table), ...byWeather(diverted, table)]).toEqual([])
  })

  test('take a weather key apart again', () => {
    expect(weatherKey('wind/1/8 to 16 mph')).toEqual({ measure: 'wind', rank: 1, label: '8 to 16 mph' })
    expect(weatherKey('precipitation/3/0.3 in/h and over').label).toBe('0.3 in/h and over')
  })
})

describe('rows of the results', () => {
  const tally = [departure, { ...departure, delayMinutes: 0 }, { ...departure, delayMinutes: -1 }, arrival, cancelled, diverted]
    .map(tallyOf)
    .reduce(addTallies, NO_FLIGHTS)

  test('round minutes to four digits and shares to six', () => {
    const delays = {
      scheduled: 4,
      departures: 3,
      cancelled: 1,
      diverted: 1,
      departureDelay: 19.6667,
      lateDepartureShare: 0.333333,
      arrivals: 1,
      arrivalDelay: 1,
      lateArrivalShare: 0,
    }
    expect(carrierRow('UA', tally)).toEqual({ carrier: 'UA', ...delays })
    expect(routeRow('EWR-IAH', tally)).toEqual({ route: 'EWR-IAH', ...delays })
    expect(weatherRow('wind/1/8 to 16 mph', tally)).toEqual({
      measure: 'wind',
      rank: 1,
      weather: '8 to 16 mph',
      scheduled: 4,
      departures: 3,
      cancelled: 1,
      departureDelay: 19.6667,
      lateDepartureShare: 0.333333,
      cancelledShare: 0.25,
    })
  })

  test('count all kinds of events in an hour', () => {
    expect(hourRow('06', tally)).toEqual({ hour: 6, events: 6, departures: 3, arrivals: 1, cancelled: 1, diverted: 1 })
  })
})
