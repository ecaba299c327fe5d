import { parseNumber } from './flight-row.ts'
import { HOUR_MS } from './local-time.ts'

/** Weather of one hour at one airport of New York; null where it was not measured. */
export interface Weather {
  readonly visibilityMiles: number | null
  readonly windMph: number | null
  readonly precipitationInches: number | null
}

export const WEATHER_COLUMNS = 'origin,time_hour,wind_speed,precip,visib'

/** Faster winds are errors of the instrument: the source has one, of 1,048 mph, where a strong hurricane has 150. */
const WIND_MPH_MAX = 150

const UNKNOWN: Weather = { visibilityMiles: null, windMph: null, precipitationInches: null }

/** Hourly weather, found by airport and moment. */
export class WeatherTable {
  readonly #hours = new Map<string, Weather>()

  /** @param lines of a weather file, without its header */
  constructor(lines: Iterable<string>) {
    for (const line of lines) {
      const [origin = '', hour = '', wind = '', precipitation = '', visibility = ''] = line.split(',')
      const windMph = parseNumber(wind)
      this.#hours.set(keyOf(origin, Date.parse(hour)), {
        visibilityMiles: parseNumber(visibility),
        windMph: windMph !== null && windMph > WIND_MPH_MAX ? null : windMph,
        precipitationInches: parseNumber(precipitation),
      })
    }
  }

  get size(): number {
    return this.#hours.size
  }

  /** The weather of the hour that holds the moment `at` (UTC); all null where there is no record of it. */
  at(origin: string, at: number): Weather {
    return this.#hours.get(keyOf(origin, at)) ?? UNKNOWN
  }
}

const keyOf = (origin: string, at: number): string => `${origin}${Math.floor(at / HOUR_MS)}`

export const MEASURES = ['visibility', 'wind', 'precipitation'] as const

export type Measure = (typeof MEASURES)[number]

/** One class of one measure; classes go from fair (rank 0) to foul, then to "not measured". */
export interface WeatherClass {
  readonly measure: Measure
  readonly rank: number
  readonly label: string
}

interface Scale {
  readonly measure: Measure
  readonly value: (weather: Weather) => number | null
  /** A value belongs to the first class that holds it. */
  readonly classes: readonly { readonly label: string; readonly holds: (value: number) => boolean }[]
}

const SCALES: readonly Scale[] = [
  {
    // The bounds of aviation's visual, marginal, instrument and low instrument conditions.
    measure: 'visibility',
    value: (weather) => weather.visibilityMiles,
    classes: [
      { label: 'over 5 miles', holds: (miles) => miles > 5 },
      { label: '3 to 5 miles', holds: (miles) => miles >= 3 },
      { label: '1 to 3 miles', holds: (miles) => miles >= 1 },
      { label: 'under 1 mile', holds: () => true },
    ],
  },
  {
    measure: 'wind',
    value: (weather) => weather.windMph,
    classes: [
      { label: 'under 8 mph', holds: (mph) => mph < 8 },
      { label: '8 to 16 mph', holds: (mph) => mph < 16 },
      { label: '16 to 24 mph', holds: (mph) => mph < 24 },
      { label: '24 mph and over', holds: () => true },
    ],
  },
  {
    measure: 'precipitation',
    value: (weather) => weather.precipitationInches,
    classes: [
      { label: 'none', holds: (inches) => inches === 0 },
      { label: 'under 0.1 in/h', holds: (inches) => inches < 0.1 },
      { label: '0.1 to 0.3 in/h', holds: (inches) => inches < 0.3 },
      { label: '0.3 in/h and over', holds: () => true },
    ],
  },
]

/** The class of this weather by every measure, in a fixed order. */
export function classesOf(weather: Weather): WeatherClass[] {
  return SCALES.map(({ measure, value, classes }) => {
    const x = value(weather)
    const rank = x === null ? classes.length : classes.findIndex(({ holds }) => holds(x))
    return { measure, rank, label: classes[rank]?.label ?? 'not measured' }
  })
}
