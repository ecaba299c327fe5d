import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { FlightEvent, Zones } from './events.ts'
import { eventsOf } from './events.ts'
import type { FlightRow } from './flight-row.ts'
import { FLIGHT_COLUMNS, parseFlight } from './flight-row.ts'
import type { Zone } from './local-time.ts'
import { HOUR_MS, NEW_YORK, toUtc } from './local-time.ts'
import { orderByTime } from './order.ts'
import { WEATHER_COLUMNS, WeatherTable } from './weather.ts'

/** Events in the whole data set; a test counts them. */
export const EVENT_COUNT = 665_297

/** No flight departs so much before its schedule: the earliest of the year went 43 minutes ahead. */
const EARLY_MS_MAX = HOUR_MS

/** Folder of the data, from the source as from the compiled file: it is not copied to the output. */
export function dataFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) {
    if (folder === dirname(folder)) throw new Error('the folder of the project was not found')
    folder = dirname(folder)
  }
  return join(folder, 'examples', 'flights', 'data')
}

/** Lines of a CSV file (`.gz` or not) without its header, which has to be as expected. */
export function* csvLines(path: string, columns: string): Generator<string, void, undefined> {
  const bytes = readFileSync(path)
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
  const header = text.slice(0, text.indexOf('\n')).trimEnd()
  if (header !== columns) throw new Error(`${path} has the columns "${header}", "${columns}" were expected`)
  for (let start = text.indexOf('\n') + 1; start < text.length;) {
    const end = text.indexOf('\n', start)
    const next = end < 0 ? text.length : end
    yield text.slice(start, next).trimEnd()
    start = next + 1
  }
}

/** The files of flights, one a month, oldest first. */
export function flightFiles(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /^flights-\d{4}-\d{2}\.csv\.gz$/.test(name))
  if (names.length === 0) throw new Error(`${folder} holds no flights-YYYY-MM.csv.gz`)
  return names.sort().map((name) => join(folder, name))
}

/** Rows in the order of the files: by day of departure, not by time. */
export function* flightRows(files: readonly string[]): Generator<FlightRow, void, undefined> {
  for (const file of files) for (const line of csvLines(file, FLIGHT_COLUMNS)) yield parseFlight(line)
}

/**
 * Departures, arrivals, cancellations and diversions as one stream in the order in which they happened.
 * Holds the events of about two days at a time. Every call begins anew and gives the same events in the same order.
 *
 * @param files of consecutive months; all of them by default
 */
export function flightEvents(folder: string, files = flightFiles(folder)): Generator<FlightEvent, void, undefined> {
  const zones = readZones(folder)
  return orderByTime(flightRows(files), boundOf, (row) => eventsOf(row, zones))
}

const boundOf = (row: FlightRow): number => toUtc(row.date, NEW_YORK) - EARLY_MS_MAX

export function readWeather(folder: string): WeatherTable {
  return new WeatherTable(csvLines(join(folder, 'weather.csv.gz'), WEATHER_COLUMNS))
}

export function readZones(folder: string): Zones {
  const zones = new Map<string, Zone>()
  for (const { code, cells } of airports(folder)) {
    const [hours = '', daylightSaving] = cells
    zones.set(code, { standardHours: Number(hours), daylightSaving: daylightSaving === 'A' })
  }
  return zones
}

export function readAirportNames(folder: string): Map<string, string> {
  return new Map(airports(folder).map(({ code, name }) => [code, name]))
}

export function readAirlineNames(folder: string): Map<string, string> {
  return new Map([...csvLines(join(folder, 'airlines.csv'), 'carrier,name')].map((line) => line.split(',', 2) as [string, string]))
}

function airports(folder: string): { code: string; name: string; cells: string[] }[] {
  return [...csvLines(join(folder, 'airports.csv'), 'faa,name,tz,dst,tzone')].map((line) => {
    const [code = '', name = '', ...cells] = line.split(',')
    return { code, name, cells }
  })
}
