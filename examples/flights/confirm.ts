/** The total and the carriers once more, by plain loops on one thread and without millrace: the results of the job have to agree. */
import { fileURLToPath } from 'node:url'
import { csvLines, dataFolder, flightFiles, readZones } from './dataset.ts'
import { eventsOf } from './events.ts'
import { FLIGHT_COLUMNS, parseFlight } from './flight-row.ts'
import type { Tally } from './tally.ts'
import { addTallies, NO_FLIGHTS, tallyOf } from './tally.ts'
import type { Total } from './total.ts'
import { addTotals, NOTHING, totalOf } from './total.ts'

export interface Confirmation {
  readonly total: Total
  readonly carriers: ReadonlyMap<string, Tally>
}

export function confirm(folder: string): Confirmation {
  const zones = readZones(folder)
  const carriers = new Map<string, Tally>()
  let total = NOTHING
  for (const file of flightFiles(folder)) {
    for (const line of csvLines(file, FLIGHT_COLUMNS)) {
      for (const event of eventsOf(parseFlight(line), zones)) {
        total = addTotals(total, totalOf(event))
        carriers.set(event.carrier, addTallies(carriers.get(event.carrier) ?? NO_FLIGHTS, tallyOf(event)))
      }
    }
  }
  return { total, carriers }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { total, carriers } = confirm(dataFolder())
  console.table([...carriers].map(([carrier, tally]) => ({ carrier, ...tally })))
  console.log(total)
}
