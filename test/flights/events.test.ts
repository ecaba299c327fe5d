import { describe, expect, test } from 'vitest'
import { dataFolder, readZones } from '../../examples/flights/dataset.ts'
import { eventsOf, scheduledDeparture } from '../../examples/flights/events.ts'
import { parseClock, parseFlight, parseNumber } from '../../examples/flights/flight-row.ts'

const zones = readZones(dataFolder())
const eventsOfLine = (line: string) => eventsOf(parseFlight(line), zones)
/** kind and UTC time of each event. */
const timesOf = (line: string) => eventsOfLine(line).map(({ kind, at }) => `${kind} ${new Date(at).toISOString().slice(0, 16)}`)

describe('a row of flights', () => {
  test('is parsed into numbers, with NA as null', () => {
    expect(parseFlight('2013-01-01,630,NA,815,NA,MQ,4599,LGA,MSP,NA')).toEqual({
      date: Date.UTC(2013, 0, 1),
      scheduledDeparture: 390,
      departureDelay: null,
      scheduledArrival: 495,
      arrivalDelay: null,
      carrier: 'MQ',
      flight: 4599,
      origin: 'LGA',
      dest: 'MSP',
      airMinutes: null,
    })
  })

  test('has clock times from 0 to 2400', () => {
    expect(['0', '5', '59', '100', '1259', '2359', '2400'].map(parseClock)).toEqual([0, 5, 59, 60, 779, 1439, 1440])
    for (const wrong of ['2401', '60', '1275', '-5', 'NA', 'noon']) expect(() => parseClock(wrong)).toThrow(`not a time of day: "${wrong}"`)
  })

  test('is refused with a wrong number of fields or a word for a number', () => {
    expect(() => parseFlight('2013-01-01,515,2')).toThrow('a flight has 10 fields, this line 3')
    expect(() => parseNumber('late')).toThrow('not a number: "late"')
  })
})

describe('events of a row', () => {
  test('are a departure and an arrival, with the delay on both ends', () => {
    const [departure, arrival] = eventsOfLine('2013-01-01,515,2,819,11,UA,1545,EWR,IAH,227')
    const flight = { carrier: 'UA', flight: 1545, origin: 'EWR', dest: 'IAH' }
    expect(departure).toEqual({ kind: 'departure', at: Date.UTC(2013, 0, 1, 10, 17), delayMinutes: 2, ...flight })
    expect(arrival).toEqual({ kind: 'arrival', at: Date.UTC(2013, 0, 1, 14, 30), delayMinutes: 11, airMinutes: 227, ...flight })
  })

  test.each([
    ['over midnight in New York', '2013-01-01,2359,3,437,6,B6,727,JFK,BQN,190', ['departure 2013-01-02T05:02', 'arrival 2013-01-02T08:43']],
    [
      'to an arrival on the next day',
      '2013-07-01,2250,0,10,-5,B6,608,JFK,PWM,44',
      ['departure 2013-07-02T02:50', 'arrival 2013-07-02T04:05'],
    ],
    ['that is due at 24:00', '2013-07-01,2250,0,2400,0,B6,608,JFK,PWM,44', ['departure 2013-07-02T02:50', 'arrival 2013-07-02T04:00']],
    ['to Hawaii, eleven hours', '2013-01-01,900,-1,1530,-14,HA,51,JFK,HNL,659', ['departure 2013-01-01T13:59', 'arrival 2013-01-02T01:16']],
    ['in summer', '2013-07-15,900,0,1205,0,DL,1,JFK,LAX,320', ['departure 2013-07-15T13:00', 'arrival 2013-07-15T19:05']],
    [
      'to Arizona, which has no summer time',
      '2013-07-15,900,0,1120,0,US,1,JFK,PHX,290',
      ['departure 2013-07-15T13:00', 'arrival 2013-07-15T18:20'],
    ],
    [
      'to Los Angeles in the night when clocks go forward',
      '2013-03-09,2130,0,50,0,DL,1,JFK,LAX,340',
      ['departure 2013-03-10T02:30', 'arrival 2013-03-10T08:50'],
    ],
    [
      'in the first hours of summer time',
      '2013-03-10,600,0,905,0,DL,1,JFK,MIA,150',
      ['departure 2013-03-10T10:00', 'arrival 2013-03-10T13:05'],
    ],
    ['that is a day late', '2013-01-09,900,1301,1530,1272,HA,51,JFK,HNL,640', ['departure 2013-01-10T11:41', 'arrival 2013-01-10T22:42']],
    [
      'that leaves early over midnight',
      '2013-05-02,2,-5,110,-8,B6,1,JFK,BOS,40',
      ['departure 2013-05-02T03:57', 'arrival 2013-05-02T05:02'],
    ],
  ])('tell the UTC times of a flight %s', (_, line, times) => expect(timesOf(line)).toEqual(times))

  test('are one cancellation at the scheduled departure when it did not depart', () => {
    expect(eventsOfLine('2013-01-01,1630,NA,1815,NA,EV,4308,EWR,RDU,NA')).toEqual([
      { kind: 'cancelled', at: Date.UTC(2013, 0, 1, 21, 30), carrier: 'EV', flight: 4308, origin: 'EWR', dest: 'RDU' },
    ])
  })

  test('are a departure and a diversion when it did not arrive as planned, due as late as it departed', () => {
    expect(timesOf('2013-01-01,1525,-6,1844,NA,MQ,4525,LGA,XNA,NA')).toEqual(['departure 2013-01-01T20:19', 'diverted 2013-01-02T00:44'])
    expect(timesOf('2013-01-01,1525,30,1844,NA,MQ,4525,LGA,XNA,NA')).toEqual(['departure 2013-01-01T20:55', 'diverted 2013-01-02T01:14'])
  })

  test('remember when the flight was to depart', () => {
    const late = eventsOfLine('2013-01-01,515,40,819,11,UA,1545,EWR,IAH,227')[0]!
    const cancelled = eventsOfLine('2013-01-01,515,NA,819,NA,UA,1545,EWR,IAH,NA')[0]!
    for (const event of [late, cancelled]) {
      if (event.kind === 'arrival' || event.kind === 'diverted') expect.unreachable()
      else expect(scheduledDeparture(event)).toBe(Date.UTC(2013, 0, 1, 10, 15))
    }
  })

  test('need the time zone of the destination', () => {
    expect(() => eventsOfLine('2013-01-01,515,2,819,11,UA,1545,EWR,XXX,227')).toThrow('no time zone is known for airport XXX')
  })
})
