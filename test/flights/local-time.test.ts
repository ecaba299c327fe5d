import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvLines, dataFolder, readZones } from '../../examples/flights/dataset.ts'
import { HOUR_MS, MINUTE_MS, NEW_YORK, toLocal, toUtc } from '../../examples/flights/local-time.ts'

/** What clocks in an IANA time zone show, by the platform's own tables. */
function clockOf(timeZone: string): (utc: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  })
  return (utc) => {
    const part = Object.fromEntries(format.formatToParts(utc).map(({ type, value }) => [type, Number(value)]))
    return Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!)
  }
}

describe('local time', () => {
  test('every hour of 2013 reads as in the IANA database, in every time zone of the data', () => {
    const zones = readZones(dataFolder())
    const names = new Map<string, string>()
    for (const line of csvLines(`${dataFolder()}/airports.csv`, 'faa,name,tz,dst,tzone')) {
      const cells = line.split(',')
      names.set(`${cells[2]} ${cells[3]} ${cells[4]}`, cells[0]!)
    }
    expect(names.size).toBe(9)
    for (const [key, airport] of names) {
      const clock = clockOf(key.split(' ')[2]!)
      for (let utc = Date.UTC(2013, 0, 1); utc < Date.UTC(2014, 0, 2); utc += HOUR_MS) {
        if (toLocal(utc, zones.get(airport)!) !== clock(utc)) expect.unreachable(`${key} at ${new Date(utc).toISOString()}`)
      }
    }
  })

  test('New York reads as in the IANA database from 2007 to 2030', () => {
    const clock = clockOf('America/New_York')
    const minutes = fc.integer({ min: Date.UTC(2007, 0, 2) / MINUTE_MS, max: Date.UTC(2030, 11, 31) / MINUTE_MS })
    const agrees = (minute: number): boolean => toLocal(minute * MINUTE_MS, NEW_YORK) === clock(minute * MINUTE_MS)
    fc.assert(fc.property(minutes, agrees), { numRuns: 2_000 })
  })

  test('a clock time leads back to its moment, but for the second of two equal hours in November', () => {
    const second = Date.UTC(2013, 10, 3, 6)
    for (let utc = Date.UTC(2013, 0, 1); utc < Date.UTC(2014, 0, 2); utc += HOUR_MS / 2) {
      const expected = utc >= second && utc < second + HOUR_MS ? utc - HOUR_MS : utc
      expect(toUtc(toLocal(utc, NEW_YORK), NEW_YORK)).toBe(expected)
    }
  })

  test('the hour that clocks skip in March counts on from before the skip', () => {
    expect(toUtc(Date.UTC(2013, 2, 10, 2, 30), NEW_YORK)).toBe(Date.UTC(2013, 2, 10, 7, 30))
    expect(toUtc(Date.UTC(2013, 2, 10, 1, 59), NEW_YORK)).toBe(Date.UTC(2013, 2, 10, 6, 59))
    expect(toUtc(Date.UTC(2013, 2, 10, 3, 0), NEW_YORK)).toBe(Date.UTC(2013, 2, 10, 7, 0))
  })

  test('Puerto Rico keeps its clocks all year', () => {
    const zone = readZones(dataFolder()).get('SJU')!
    expect(toUtc(Date.UTC(2013, 6, 1, 12), zone)).toBe(Date.UTC(2013, 6, 1, 16))
    expect(toUtc(Date.UTC(2013, 0, 1, 12), zone)).toBe(Date.UTC(2013, 0, 1, 16))
  })
})
