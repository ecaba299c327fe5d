import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { dataFolder, EVENT_COUNT, flightEvents, flightFiles, flightRows, readZones } from '../../examples/flights/dataset.ts'
import { eventsOf, scheduleOf } from '../../examples/flights/events.ts'
import type { FlightEvent } from '../../examples/flights/events.ts'
import { MINUTE_MS } from '../../examples/flights/local-time.ts'

const folder = dataFolder()

describe('the data set', () => {
  test('has the contents that were published with it', () => {
    for (const line of readFileSync(join(folder, 'SHA256SUMS'), 'utf8').trim().split('\n')) {
      const [sum, name] = line.split('  ') as [string, string]
      const bytes = name.startsWith('air') ? readFileSync(join(folder, name)) : gunzipSync(readFileSync(join(folder, `${name}.gz`)))
      expect(createHash('sha256').update(bytes).digest('hex'), name).toBe(sum)
    }
  })

  test('has 336,776 flights in twelve files', () => {
    expect(flightFiles(folder).length).toBe(12)
    let rows = 0
    for (const row of flightRows(flightFiles(folder))) if (row.flight > 0) rows++
    expect(rows).toBe(336_776)
  })

  /** Minutes that an arrived flight spent on the ground, taxiing: derived times less the time in the air, which was measured. */
  test('has derived times that agree with the time in the air, on every flight', () => {
    const zones = readZones(folder)
    let flights = 0
    let least = Infinity
    let most = -Infinity
    for (const row of flightRows(flightFiles(folder))) {
      if (row.airMinutes === null) continue
      const [departure, arrival] = eventsOf(row, zones) as [FlightEvent, FlightEvent]
      const ground = (arrival.at - departure.at) / MINUTE_MS - row.airMinutes
      least = Math.min(least, ground)
      most = Math.max(most, ground)
      flights++
    }
    expect({ flights, least, most }).toEqual({ flights: 327_346, least: 5, most: 235 })
  })

  test('has schedules between 50 minutes and 11 hours 40', () => {
    const zones = readZones(folder)
    let least = Infinity
    let most = -Infinity
    for (const row of flightRows(flightFiles(folder))) {
      const { departure, arrival } = scheduleOf(row, zones.get(row.dest)!)
      least = Math.min(least, (arrival - departure) / MINUTE_MS)
      most = Math.max(most, (arrival - departure) / MINUTE_MS)
    }
    expect({ least, most }).toEqual({ least: 50, most: 700 })
  })
})

describe('the stream', () => {
  test('is in event order, holds every event once, and is the same each time', () => {
    const kinds = { departure: 0, arrival: 0, cancelled: 0, diverted: 0 }
    const again = flightEvents(folder)
    let previous = -Infinity
    let events = 0
    for (const event of flightEvents(folder)) {
      const other = again.next().value as FlightEvent
      if (event.at < previous) expect.unreachable(`${event.at} after ${previous}`)
      if (other.at !== event.at || other.flight !== event.flight || other.kind !== event.kind) expect.unreachable(`event ${events} differs`)
      previous = event.at
      kinds[event.kind]++
      events++
    }
    expect(again.next().done).toBe(true)
    expect(events).toBe(EVENT_COUNT)
    expect(kinds).toEqual({ departure: 328_521, arrival: 327_346, cancelled: 8_255, diverted: 1_175 })
  })

  test('has the times that an independent program derived from the original file with the IANA database', () => {
    const minutes = { departure: 0, arrival: 0, cancelled: 0, diverted: 0 }
    for (const event of flightEvents(folder)) minutes[event.kind] += event.at / MINUTE_MS
    expect(minutes).toEqual({
      departure: 7_517_047_622_969,
      arrival: 7_490_232_148_394,
      cancelled: 188_643_701_859,
      diverted: 26_875_267_829,
    })
  })

  test('of one month is in event order too', () => {
    let previous = -Infinity
    for (const event of flightEvents(folder, flightFiles(folder).slice(10, 11))) {
      if (event.at < previous) expect.unreachable(`${event.at} after ${previous}`)
      previous = event.at
    }
    expect(new Date(previous).toISOString().slice(0, 10)).toBe('2013-12-01')
  })
})
