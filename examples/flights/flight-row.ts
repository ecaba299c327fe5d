/** One line of a flights file, still in local clock times. */
export interface FlightRow {
  /** Day of the scheduled departure in New York, as milliseconds that read as if they were UTC. */
  readonly date: number
  /** Minutes after midnight, in New York. */
  readonly scheduledDeparture: number
  /** Minutes, negative when early; null when the flight did not depart. */
  readonly departureDelay: number | null
  /** Minutes after midnight, on the destination's clock. */
  readonly scheduledArrival: number
  /** Minutes, negative when early; null when the flight did not arrive as planned. */
  readonly arrivalDelay: number | null
  readonly carrier: string
  readonly flight: number
  readonly origin: string
  readonly dest: string
  /** Minutes in the air; null without an arrival. */
  readonly airMinutes: number | null
}

export const FLIGHT_COLUMNS = 'date,sched_dep_time,dep_delay,sched_arr_time,arr_delay,carrier,flight,origin,dest,air_time'

/** `NA` is the source's word for a missing value. */
export function parseNumber(text: string): number | null {
  if (text === 'NA' || text === '') return null
  const value = Number(text)
  if (Number.isNaN(value)) throw new Error(`not a number: "${text}"`)
  return value
}

/** Minutes after midnight of a clock time written as hour * 100 + minute; `2400` is the midnight that ends a day. */
export function parseClock(text: string): number {
  const value = Number(text)
  const hour = Math.floor(value / 100)
  const minute = value % 100
  if (!(hour >= 0 && minute < 60 && hour * 60 + minute <= 1440)) throw new Error(`not a time of day: "${text}"`)
  return hour * 60 + minute
}

export function parseFlight(line: string): FlightRow {
  const cells = line.split(',')
  if (cells.length !== 10) throw new Error(`a flight has 10 fields, this line ${cells.length}: "${line}"`)
  const [date, scheduledDeparture, departureDelay, scheduledArrival, arrivalDelay, carrier, flight, origin, dest, airMinutes] = cells as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  return {
    date: Date.parse(date),
    scheduledDeparture: parseClock(scheduledDeparture),
    departureDelay: parseNumber(departureDelay),
    scheduledArrival: parseClock(scheduledArrival),
    arrivalDelay: parseNumber(arrivalDelay),
    carrier,
    flight: Number(flight),
    origin,
    dest,
    airMinutes: parseNumber(airMinutes),
  }
}
