import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CarrierRow, HourRow, RouteRow, WeatherRow } from './rows.ts'
import type { Total } from './total.ts'

/** What the job found; the rows of each table in no particular order. */
export interface Results {
  readonly carriers: readonly CarrierRow[]
  readonly routes: readonly RouteRow[]
  readonly hours: readonly HourRow[]
  readonly weather: readonly WeatherRow[]
  readonly total: Total
}

/** Reads the files of a finished job: they hold every row once, also when it was killed or restarted on the way. */
export function readResults(folder: string): Results {
  const rows = <Row>(name: string): Row[] =>
    readFileSync(join(folder, `${name}.jsonl`), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row)
  const [total] = rows<Total>('total')
  if (total === undefined) throw new Error(`${folder} holds no total`)
  return { carriers: rows('carriers'), routes: rows('routes'), hours: rows('hours'), weather: rows('weather'), total }
}
