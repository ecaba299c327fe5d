import type { Results } from './results.ts'
import type { CarrierRow, DelayRow, HourRow, RouteRow, WeatherRow } from './rows.ts'
import type { Column } from './table.ts'
import { formatBar, formatCount, formatDelay, formatShare, formatTable } from './table.ts'
import { MEASURES } from './weather.ts'

/** The results as a page of text. */

export interface Names {
  /** Airlines by their code. */
  readonly airlines: ReadonlyMap<string, string>
  /** Airports by their code. */
  readonly airports: ReadonlyMap<string, string>
}

const ROUTES_SHOWN = 20
const BAR_WIDTH = 24

/** @param routesShown of the busiest routes; the result file has them all */
export function formatReport(results: Omit<Results, 'total'>, names: Names, routesShown = ROUTES_SHOWN): string {
  const shown = Math.min(routesShown, results.routes.length)
  return [
    section(
      'Delay by carrier',
      'minutes against the schedule, on average; late = by more than 15 minutes',
      carrierTable(results.carriers, names),
    ),
    section('Delay by route', `the ${shown} busiest of ${results.routes.length}`, routeTable(results.routes, names, shown)),
    section('Busiest hours', 'of the day in New York, over the year', hourTable(results.hours)),
    section("Delay against the hour's weather", 'at the origin, in the hour of the scheduled departure', weatherTable(results.weather)),
  ].join('\n')
}

const section = (title: string, remark: string, table: string): string => `${title} (${remark})\n\n${table}`

const left = <Row>(title: string, text: (row: Row) => string): Column<Row> => ({ title, align: 'left', text })
const right = <Row>(title: string, text: (row: Row) => string): Column<Row> => ({ title, align: 'right', text })

const delayColumns: readonly Column<DelayRow>[] = [
  right('flights', (row) => formatCount(row.scheduled)),
  right('departure', (row) => formatDelay(row.departureDelay)),
  right('late', (row) => formatShare(row.lateDepartureShare)),
  right('arrival', (row) => formatDelay(row.arrivalDelay)),
  right('late', (row) => formatShare(row.lateArrivalShare)),
  right('cancelled', (row) => formatCount(row.cancelled)),
  right('diverted', (row) => formatCount(row.diverted)),
]

/** Carriers from the most to the least delayed on arrival: that is what a passenger notices. */
function carrierTable(rows: readonly CarrierRow[], names: Names): string {
  const columns = [left<CarrierRow>('carrier', ({ carrier }) => `${carrier}  ${names.airlines.get(carrier) ?? ''}`), ...delayColumns]
  const delay = (row: CarrierRow): number => row.arrivalDelay ?? -Infinity
  return formatTable(
    columns,
    [...rows].sort((a, b) => delay(b) - delay(a) || compare(a.carrier, b.carrier)),
  )
}

function routeTable(rows: readonly RouteRow[], names: Names, shown: number): string {
  const columns = [
    left<RouteRow>('route', ({ route }) => `${route.replace('-', ' → ')}  ${names.airports.get(route.slice(4)) ?? ''}`),
    ...delayColumns,
  ]
  const busiest = [...rows].sort((a, b) => b.scheduled - a.scheduled || compare(a.route, b.route))
  return formatTable(columns, busiest.slice(0, shown))
}

/** All hours in the order of the clock; the bars show which are busy. */
function hourTable(rows: readonly HourRow[]): string {
  const most = Math.max(1, ...rows.map((row) => row.events))
  const columns: Column<HourRow>[] = [
    left('hour', ({ hour }) => `${String(hour).padStart(2, '0')}:00`),
    right('departures', (row) => formatCount(row.departures)),
    right('arrivals', (row) => formatCount(row.arrivals)),
    right('cancelled', (row) => formatCount(row.cancelled)),
    right('events', (row) => formatCount(row.events)),
    left('', (row) => formatBar(row.events / most, BAR_WIDTH)),
  ]
  return formatTable(
    columns,
    [...rows].sort((a, b) => a.hour - b.hour),
  )
}

function weatherTable(rows: readonly WeatherRow[]): string {
  const ordered = [...rows].sort((a, b) => MEASURES.indexOf(a.measure) - MEASURES.indexOf(b.measure) || a.rank - b.rank)
  const first = new Set(ordered.filter((row, i) => row.measure !== ordered[i - 1]?.measure))
  const columns: Column<WeatherRow>[] = [
    left('', (row) => (first.has(row) ? row.measure : '')),
    left('weather', (row) => row.weather),
    right('flights', (row) => formatCount(row.scheduled)),
    right('departure', (row) => formatDelay(row.departureDelay)),
    right('late', (row) => formatShare(row.lateDepartureShare)),
    right('cancelled', (row) => formatShare(row.cancelledShare)),
  ]
  return formatTable(columns, ordered)
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
