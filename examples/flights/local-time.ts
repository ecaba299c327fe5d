/** Local clocks of American airports to UTC and back, in whole minutes and without a table of time zones. */

export const MINUTE_MS = 60_000
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

export interface Zone {
  /** Hours east of Greenwich in winter: -5 for New York. */
  readonly standardHours: number
  /** Whether clocks go forward in summer: not in Arizona, Hawaii and Puerto Rico. */
  readonly daylightSaving: boolean
}

export const NEW_YORK: Zone = { standardHours: -5, daylightSaving: true }

/** First millisecond and end of a year's daylight saving time, on the clock that shows standard time, written as if it were UTC. */
interface Summer {
  readonly from: number
  readonly to: number
}

const summers = new Map<number, Summer>()

/** The rule in the United States since 2007: from 2:00 on March's second Sunday to 2:00 (1:00 standard time) on November's first. */
function summerOf(year: number): Summer {
  let summer = summers.get(year)
  if (summer === undefined) {
    const firstSunday = (month: number): number => {
      const first = Date.UTC(year, month, 1)
      return first + ((7 - new Date(first).getUTCDay()) % 7) * DAY_MS
    }
    summer = { from: firstSunday(2) + 7 * DAY_MS + 2 * HOUR_MS, to: firstSunday(10) + HOUR_MS }
    summers.set(year, summer)
  }
  return summer
}

/** What the zone's clocks show at `utc`, as milliseconds that read as if they were UTC. */
export function toLocal(utc: number, zone: Zone): number {
  const standard = utc + zone.standardHours * HOUR_MS
  if (!zone.daylightSaving) return standard
  const summer = summerOf(new Date(standard).getUTCFullYear())
  return standard >= summer.from && standard < summer.to ? standard + HOUR_MS : standard
}

/**
 * The moment at which the zone's clocks show `local` (milliseconds that read as if they were UTC).
 * Of the hour that clocks show twice in November it means the first; the hour that they skip in March counts on from before the skip.
 */
export function toUtc(local: number, zone: Zone): number {
  const standard = local - zone.standardHours * HOUR_MS
  if (!zone.daylightSaving) return standard
  const summer = summerOf(new Date(local).getUTCFullYear())
  return local >= summer.from + HOUR_MS && local < summer.to + HOUR_MS ? standard - HOUR_MS : standard
}
