import { describe, expect, test } from 'vitest'
import { dataFolder, readWeather } from '../../examples/flights/dataset.ts'
import { classesOf, WeatherTable } from '../../examples/flights/weather.ts'

const fair = { visibilityMiles: 10, windMph: 5, precipitationInches: 0 }
const labelsOf = (weather: Parameters<typeof classesOf>[0]) => classesOf(weather).map(({ label }) => label)

describe('weather', () => {
  const table = new WeatherTable([
    'EWR,2013-01-01T06:00:00Z,10.36,0,10',
    'EWR,2013-02-12T08:00:00Z,1048.36,0,9',
    'JFK,2013-01-01T06:00:00Z,NA,0.2,0.5',
  ])

  test('is found by airport and by any moment of the hour', () => {
    const expected = { visibilityMiles: 10, windMph: 10.36, precipitationInches: 0 }
    expect(table.at('EWR', Date.UTC(2013, 0, 1, 6))).toEqual(expected)
    expect(table.at('EWR', Date.UTC(2013, 0, 1, 6, 59, 59))).toEqual(expected)
    expect(table.at('JFK', Date.UTC(2013, 0, 1, 6, 30))).toEqual({ visibilityMiles: 0.5, windMph: null, precipitationInches: 0.2 })
  })

  test('is not measured in an hour without a record', () => {
    const unknown = { visibilityMiles: null, windMph: null, precipitationInches: null }
    expect(table.at('EWR', Date.UTC(2013, 0, 1, 7))).toEqual(unknown)
    expect(table.at('LGA', Date.UTC(2013, 0, 1, 6))).toEqual(unknown)
  })

  test('has no winds that no hurricane has', () => expect(table.at('EWR', Date.UTC(2013, 1, 12, 8)).windMph).toBeNull())

  test('of the data set has an hour for each line', () => expect(readWeather(dataFolder()).size).toBe(26_115))
})

describe('classes of weather', () => {
  test('are one for every measure', () => {
    expect(classesOf(fair)).toEqual([
      { measure: 'visibility', rank: 0, label: 'over 5 miles' },
      { measure: 'wind', rank: 0, label: 'under 8 mph' },
      { measure: 'precipitation', rank: 0, label: 'none' },
    ])
  })

  test.each([
    [
      'visibilityMiles',
      0,
      [
        [10, 0],
        [5.01, 0],
        [5, 1],
        [3, 1],
        [2.5, 2],
        [1, 2],
        [0.75, 3],
        [0, 3],
        [null, 4],
      ],
    ],
    [
      'windMph',
      1,
      [
        [0, 0],
        [7.99, 0],
        [8, 1],
        [16, 2],
        [24, 3],
        [42.6, 3],
        [null, 4],
      ],
    ],
    [
      'precipitationInches',
      2,
      [
        [0, 0],
        [0.01, 1],
        [0.1, 2],
        [0.3, 3],
        [1.21, 3],
        [null, 4],
      ],
    ],
  ] as const)('go from fair to foul by %s', (field, index, ranks) => {
    for (const [value, rank] of ranks) expect(classesOf({ ...fair, [field]: value })[index]!.rank).toBe(rank)
  })

  test('say what is not measured', () => {
    expect(labelsOf({ visibilityMiles: null, windMph: null, precipitationInches: null })).toEqual([
      'not measured',
      'not measured',
      'not measured',
    ])
  })
})
