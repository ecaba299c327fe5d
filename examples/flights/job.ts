import { join } from 'node:path'
import type { AggregateBuilder } from 'millrace'
import { defineJob } from 'millrace'
import { z } from 'zod'
import { crash } from './crash.ts'
import { flightEvents, readWeather } from './dataset.ts'
import type { FlightEvent } from './events.ts'
import { pace } from './pace.ts'
import { carrierRow, hourRow, routeRow, weatherRow } from './rows.ts'
import { totalOf } from './total.ts'
import type { KeyedTally } from './views.ts'
import { byCarrier, byHour, byRoute, byWeather } from './views.ts'
import type { WeatherTable } from './weather.ts'

const config = z.object({
  dataFolder: z.string(),
  resultsFolder: z.string(),
  /** Events per second; null: as fast as it goes. */
  rate: z.number().positive().nullable(),
  /** Event time at which an actor throws, in the first attempt; null: it does not. */
  crashAt: z.number().nullable(),
})

const sums = (a: AggregateBuilder<KeyedTally>) => ({
  departures: a.sum('departures'),
  departureMinutes: a.sum('departureMinutes'),
  lateDepartures: a.sum('lateDepartures'),
  arrivals: a.sum('arrivals'),
  arrivalMinutes: a.sum('arrivalMinutes'),
  lateArrivals: a.sum('lateArrivals'),
  cancelled: a.sum('cancelled'),
  diverted: a.sum('diverted'),
})

/** A year of flights as one stream in event order, and what delayed them. */
export default defineJob(import.meta, {
  name: 'flights',
  config,
  build: ({ source, sink, config: { dataFolder, resultsFolder, rate, crashAt } }) => {
    const open = () => (rate === null ? flightEvents(dataFolder) : pace(flightEvents(dataFolder), rate))
    const events = source
      .iterable<FlightEvent>('flights', { open, eventTime: (event) => event.at })
      .transform<FlightEvent>(crash(crashAt), {}, { name: 'crash' })

    const byCarriers = events.map(byCarrier).keyBy('key').aggregate(sums, { name: 'by-carrier' })
    const byRoutes = events.map(byRoute).keyBy('key').aggregate(sums, { name: 'by-route' })
    const byHours = events.map(byHour).keyBy('key').aggregate(sums, { name: 'by-hour' })
    let table: WeatherTable | undefined
    const byWeathers = events
      .flatMap((event) => byWeather(event, (table ??= readWeather(dataFolder))))
      .keyBy('key')
      .aggregate(sums, { name: 'by-weather' })
    const totals = events.map(totalOf)
    const inAll = totals.aggregate((a) => ({ events: a.sum('events'), delayMinutes: a.sum('delayMinutes'), checksum: a.sum('checksum') }), {
      name: 'in-all',
    })

    const results = {
      carriers: byCarriers.toStream({ emit: 'final' }).map((row) => carrierRow(row.key, row)),
      routes: byRoutes.toStream({ emit: 'final' }).map((row) => routeRow(row.key, row)),
      hours: byHours.toStream({ emit: 'final' }).map((row) => hourRow(row.key, row)),
      weather: byWeathers.toStream({ emit: 'final' }).map((row) => weatherRow(row.key, row)),
      total: inAll.toStream({ emit: 'final' }),
    }
    for (const [name, rows] of Object.entries(results)) {
      rows.to(sink.file({ path: join(resultsFolder, `${name}.csv`), format: 'csv' }), { name: `${name}.csv` })
      rows.to(sink.file({ path: join(resultsFolder, `${name}.jsonl`), format: 'jsonLines' }), { name: `${name}.jsonl` })
    }
    const progress = totals.aggregate((a) => ({ events: a.sum('events') }), { name: 'so-far' }).toStream({ emit: 'changes' })
    return { progress }
  },
})
