import { describe, expect, test } from 'vitest'
import { formatReport } from '../../examples/flights/report.ts'
import { carrierRow, hourRow, routeRow, weatherRow } from '../../examples/flights/rows.ts'
import { formatBar, formatCount, formatDelay, formatShare, formatTable } from '../../examples/flights/table.ts'
import { NO_FLIGHTS } from '../../examples/flights/tally.ts'

describe('a table', () => {
  test('is aligned by column', () => {
    const rows = [
      { name: 'a', count: 5 },
      { name: 'long name', count: 12_345 },
    ]
    const table = formatTable<(typeof rows)[number]>(
      [
        { title: 'name', align: 'left', text: (row) => row.name },
        { title: 'n', align: 'right', text: (row) => formatCount(row.count) },
      ],
      rows,
    )
    expect(table).toBe('name            n\n─────────  ──────\na               5\nlong name  12,345\n')
  })

  test('without rows has its titles', () => {
    expect(formatTable([{ title: 'name', align: 'left', text: String }], [])).toBe('name\n────\n')
  })

  test('has delays with their sign, shares in percent, and a dash for what is not known', () => {
    expect([12.34, -0.04, 0, -7, null].map(formatDelay)).toEqual(['+12.3', '0.0', '0.0', '-7.0', '–'])
    expect([0.2034, 1, 0, null].map(formatShare)).toEqual(['20.3 %', '100.0 %', '0.0 %', '–'])
    expect([0, 0.5, 0.51, 1].map((part) => formatBar(part, 4))).toEqual(['', '██', '██', '████'])
  })
})

describe('the report', () => {
  const flights = {
    ...NO_FLIGHTS,
    departures: 10,
    departureMinutes: 100,
    lateDepartures: 2,
    arrivals: 9,
    arrivalMinutes: -9,
    lateArrivals: 1,
    cancelled: 1,
  }
  const results = {
    carriers: [carrierRow('AS', flights), carrierRow('F9', { ...flights, arrivalMinutes: 90 })],
    routes: [
      routeRow('JFK-LAX', flights),
      routeRow('LGA-ATL', { ...flights, cancelled: 2 }),
      routeRow('EWR-ORD', { ...flights, cancelled: 0 }),
    ],
    hours: [hourRow('17', flights), hourRow('05', { ...NO_FLIGHTS, departures: 10 })],
    weather: [
      weatherRow('wind/1/8 to 16 mph', flights),
      weatherRow('visibility/3/under 1 mile', flights),
      weatherRow('wind/0/under 8 mph', NO_FLIGHTS),
    ],
  }
  const names = {
    airlines: new Map([['AS', 'Alaska Airlines Inc.']]),
    airports: new Map([
      ['LAX', 'Los Angeles Intl'],
      ['ATL', 'Hartsfield'],
    ]),
  }

  test('shows what matters most first', () => {
    expect(formatReport(results, names, 2))
      .toBe(`Delay by carrier (minutes against the schedule, on average; late = by more than 15 minutes)

carrier                   flights  departure    late  arrival    late  cancelled  diverted
────────────────────────  ───────  ─────────  ──────  ───────  ──────  ─────────  ────────
F9                             11      +10.0  20.0 %    +10.0  11.1 %          1         0
AS  Alaska Airlines Inc.       11      +10.0  20.0 %     -1.0  11.1 %          1         0

Delay by route (the 2 busiest of 3)

route                        flights  departure    late  arrival    late  cancelled  diverted
───────────────────────────  ───────  ─────────  ──────  ───────  ──────  ─────────  ────────
LGA → ATL  Hartsfield             12      +10.0  20.0 %     -1.0  11.1 %          2         0
JFK → LAX  Los Angeles Intl       11      +10.0  20.0 %     -1.0  11.1 %          1         0

Busiest hours (of the day in New York, over the year)

hour   departures  arrivals  cancelled  events
─────  ──────────  ────────  ─────────  ──────  ────────────────────────
05:00          10         0          0      10  ████████████
17:00          10         9          1      20  ████████████████████████

Delay against the hour's weather (at the origin, in the hour of the scheduled departure)

            weather       flights  departure    late  cancelled
──────────  ────────────  ───────  ─────────  ──────  ─────────
visibility  under 1 mile       11      +10.0  20.0 %      9.1 %
wind        under 8 mph         0          –       –          –
            8 to 16 mph        11      +10.0  20.0 %      9.1 %
`)
  })
})
