import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { confirm } from '../../examples/flights/confirm.ts'
import { dataFolder, EVENT_COUNT, flightEvents } from '../../examples/flights/dataset.ts'
import type { FlightEvent } from '../../examples/flights/events.ts'
import { delaysOf } from '../../examples/flights/tally.ts'
import { addTotals, checkOf, NOTHING, sameTotal, totalOf } from '../../examples/flights/total.ts'

const departure: FlightEvent = {
  kind: 'departure',
  at: 1_357_034_400_000,
  carrier: 'UA',
  flight: 1545,
  origin: 'EWR',
  dest: 'IAH',
  delayMinutes: 2,
}
const total = (events: Iterable<FlightEvent>) => {
  let sum = NOTHING
  for (const event of events) sum = addTotals(sum, totalOf(event))
  return sum
}

describe('the check of an event', () => {
  test('is a whole number of 32 bits', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(), fc.string(), (delayMinutes, at, carrier) => {
        const check = checkOf({ ...departure, delayMinutes, at, carrier })
        return Number.isInteger(check) && check >= 0 && check < 2 ** 32
      }),
    )
  })

  test('differs when any field differs', () => {
    const others: FlightEvent[] = [
      { ...departure, at: departure.at + 60_000 },
      { ...departure, at: departure.at + 2 ** 32 },
      { ...departure, carrier: 'AU' },
      { ...departure, flight: 1546 },
      { ...departure, origin: 'JFK' },
      { ...departure, origin: 'IAH', dest: 'EWR' },
      { ...departure, delayMinutes: -2 },
      { ...departure, kind: 'arrival', airMinutes: 100 },
      { ...departure, kind: 'arrival', airMinutes: 101 },
      { kind: 'cancelled', at: departure.at, carrier: 'UA', flight: 1545, origin: 'EWR', dest: 'IAH' },
      { kind: 'diverted', at: departure.at, carrier: 'UA', flight: 1545, origin: 'EWR', dest: 'IAH' },
    ]
    expect(new Set([departure, ...others].map(checkOf)).size).toBe(12)
  })
})

describe('the total', () => {
  const events = [...flightEvents(dataFolder())]
  const { total: confirmed, carriers } = confirm(dataFolder())

  test('of the stream is what plain loops over the files find', () => {
    expect(total(events)).toEqual(confirmed)
    expect(confirmed).toEqual({ events: EVENT_COUNT, delayMinutes: 6_409_374, checksum: 1_429_636_937_129_967 })
  })

  test('does not depend on the order, and stays an exact sum', () => {
    expect(sameTotal(total(events.toReversed()), confirmed)).toBe(true)
    expect(confirmed.checksum).toBeLessThan(Number.MAX_SAFE_INTEGER)
  })

  test('shows one lost, one repeated and one changed event', () => {
    expect(sameTotal(total(events.slice(1)), confirmed)).toBe(false)
    expect(sameTotal(addTotals(confirmed, totalOf(events[0]!)), confirmed)).toBe(false)
    expect(sameTotal(total([departure, ...events.slice(1)]), confirmed)).toBe(false)
  })

  test('by carrier has the averages that are published about this data', () => {
    const averages = (carrier: string) => {
      const { departureDelay, arrivalDelay } = delaysOf(carriers.get(carrier)!)
      return [departureDelay!.toFixed(2), arrivalDelay!.toFixed(2)]
    }
    expect(carriers.size).toBe(16)
    expect(averages('F9')).toEqual(['20.22', '21.92'])
    expect(averages('EV')).toEqual(['19.96', '15.80'])
    expect(averages('AS')).toEqual(['5.80', '-9.93'])
    expect(averages('HA')).toEqual(['4.90', '-6.92'])
  })
})
