/** One window operator, one step at a time: what Apache Flink's documentation and its WindowOperator say. */
import { describe, expect, test } from 'vitest'
import { trigger, window } from '../../src/index.ts'
import type { Trigger } from '../../src/index.ts'
import { type DriverOptions, drive } from './driver.ts'

const tumbling: DriverOptions = { windows: window.tumbling({ sizeMs: 10 }).spec, trigger: trigger.eventTime() }
const session: DriverOptions = { windows: window.session({ gapMs: 10 }).spec, trigger: trigger.eventTime() }

describe('event time', () => {
  test('a window fires when the watermark has come to its last millisecond, and not before', () => {
    const it = drive(tumbling)
    it.add('a', 0)
    it.add('b', 9)
    it.add('c', 10)
    expect(it.watermark(8)).toEqual([])
    expect(it.watermark(9)).toEqual(['[k 0..10) a b'])
    expect(it.watermark(19)).toEqual(['[k 10..20) c'])
    expect(it.panes).toBe(0)
  })

  test('times before 1970 belong to windows that begin before them', () => {
    const it = drive({ ...tumbling, windows: window.tumbling({ sizeMs: 10, offsetMs: -3 }).spec })
    for (const at of [-24, -23, -14, -13, -4, -3, 0]) it.add(String(at), at)
    expect(it.end()).toEqual(['[k -33..-23) -24', '[k -23..-13) -23 -14', '[k -13..-3) -13 -4', '[k -3..7) -3 0'])
  })

  test('windows fire in the order of their ends, keys in the order in which they came', () => {
    const it = drive({ ...tumbling, windows: window.sliding({ sizeMs: 20, slideMs: 10 }).spec })
    it.add('a', 15, 'x')
    it.add('b', 5, 'y')
    it.add('c', 6, 'x')
    expect(it.end()).toEqual(['[y -10..10) b', '[x -10..10) c', '[x 0..20) a c', '[y 0..20) b', '[x 10..30) a'])
  })

  test('records between two windows that do not meet belong to none', () => {
    const it = drive({ ...tumbling, windows: window.sliding({ sizeMs: 10, slideMs: 30 }).spec })
    expect(it.add('in', 9)).toEqual([])
    expect(it.add('between', 10)).toEqual([])
    it.watermark(20)
    expect(it.add('between, and late', 15)).toEqual(['late between, and late'])
  })

  test('a record is late from the last millisecond of its window on', () => {
    const it = drive(tumbling)
    it.watermark(8)
    expect(it.add('a', 3)).toEqual([])
    expect(it.watermark(9)).toEqual(['[k 0..10) a'])
    expect(it.add('b', 9)).toEqual(['late b'])
    expect(it.add('c', 10)).toEqual([])
  })

  test('of sliding windows, a record counts in those that are not over', () => {
    const it = drive({ ...tumbling, windows: window.sliding({ sizeMs: 20, slideMs: 10 }).spec })
    it.watermark(9)
    expect(it.add('a', 5)).toEqual([])
    expect(it.end()).toEqual(['[k 0..20) a'])
  })

  test.each([NaN, Infinity])('a record of event time %d is refused', (at) => {
    expect(() => drive(tumbling).add('a', at)).toThrowError(expect.objectContaining({ code: 'MR_EVENT_TIME_MISSING' }) as Error)
  })
})

describe('allowed lateness', () => {
  const lenient: DriverOptions = { ...tumbling, allowedLatenessMs: 5 }

  test('a record within it makes its window fire again at once, with all that it holds', () => {
    const it = drive(lenient)
    it.add('a', 1)
    expect(it.watermark(9)).toEqual(['[k 0..10) a'])
    expect(it.add('b', 2)).toEqual(['[k 0..10) a b'])
    expect(it.watermark(13)).toEqual([])
    expect(it.add('c', 3)).toEqual(['[k 0..10) a b c'])
    expect(it.watermark(14)).toEqual([])
    expect(it.panes).toBe(0)
    expect(it.add('d', 4)).toEqual(['late d'])
  })

  test('discarding tells only what is new', () => {
    const it = drive({ ...lenient, trigger: trigger.purging(trigger.eventTime()) })
    it.add('a', 1)
    expect(it.watermark(9)).toEqual(['[k 0..10) a'])
    expect(it.add('b', 2)).toEqual(['[k 0..10) b'])
  })

  test('a window that nothing came for in time fires with its first late record', () => {
    const it = drive(lenient)
    it.watermark(12)
    expect(it.add('a', 1)).toEqual(['[k 0..10) a'])
  })

  test('without bound keeps windows for ever', () => {
    const it = drive({ ...tumbling, allowedLatenessMs: Infinity })
    it.add('a', 1)
    it.watermark(1e15)
    expect(it.add('b', 2)).toEqual(['[k 0..10) a b'])
  })
})

describe('sessions', () => {
  test('that touch become one, those a millisecond further do not', () => {
    const it = drive(session)
    it.add('a', 0)
    it.add('b', 10)
    it.add('c', 21)
    expect(it.end()).toEqual(['[k 0..20) a b', '[k 21..31) c'])
  })

  test('are joined by a record between them', () => {
    const it = drive(session)
    it.add('a', 0)
    it.add('c', 20)
    it.add('x', 0, 'other')
    expect(it.panes).toBe(3)
    it.add('b', 10)
    expect(it.panes).toBe(2)
    expect(it.end()).toEqual(['[other 0..10) x', '[k 0..30) a c b'])
  })

  test('fire when no record came for the length of the gap', () => {
    const it = drive(session)
    it.add('a', 0)
    it.watermark(5)
    it.add('b', 8)
    expect(it.watermark(9)).toEqual([])
    expect(it.watermark(17)).toEqual(['[k 0..18) a b'])
  })

  test('take a late record that touches one that is still there, and no other', () => {
    const it = drive(session)
    it.watermark(20)
    expect(it.add('early', 11)).toEqual(['late early'])
    it.add('a', 15)
    expect(it.add('b', 6)).toEqual([])
    expect(it.add('c', 3, 'other')).toEqual(['late c'])
    expect(it.end()).toEqual(['[k 6..25) a b'])
  })

  test('fire again within the allowed lateness; one that grows back into the future fires when that is over', () => {
    const it = drive({ ...session, allowedLatenessMs: 50 })
    it.add('a', 0)
    expect(it.watermark(15)).toEqual(['[k 0..10) a'])
    expect(it.add('b', 3)).toEqual(['[k 0..13) a b'])
    expect(it.add('c', 12)).toEqual([])
    expect(it.watermark(21)).toEqual(['[k 0..22) a b c'])
    expect(it.watermark(71)).toEqual([])
    expect(it.panes).toBe(0)
  })

  test('have gaps by record', () => {
    const gapMs = (record: string): number => Number(record)
    const it = drive({ ...session, windows: window.session<string>({ gapMs }).spec })
    it.add('5', 0)
    it.add('30', 6)
    it.add('1', 8)
    it.add('2', 36)
    expect(it.end()).toEqual(['[k 0..5) 5', '[k 6..38) 30 1 2'])
    for (const gap of ['0', '-1', 'NaN', 'Infinity'])
      expect(() => it.add(gap, 50)).toThrowError(expect.objectContaining({ code: 'MR_OPERATOR_FAILED' }) as Error)
  })
})

describe('triggers', () => {
  test('count: every n records of a window, and what is left is not told', () => {
    const it = drive({ ...tumbling, trigger: trigger.count(2) })
    expect(['a', 'b', 'c', 'd', 'e'].map((record) => it.add(record, 1))).toEqual([[], ['[k 0..10) a b'], [], ['[k 0..10) a b c d'], []])
    expect(it.end()).toEqual([])
  })

  test('count of sessions adds up what they counted', () => {
    const it = drive({ ...session, trigger: trigger.count(3) })
    it.add('a', 0)
    it.add('c', 20)
    expect(it.add('b', 10)).toEqual(['[k 0..30) a c b'])
  })

  test('count windows forget what they have told', () => {
    const it = drive({ windows: window.count(2).spec, trigger: trigger.purging(trigger.count(2)) })
    expect(['a', 'b', 'c', 'd', 'e'].map((record) => it.add(record, NaN))).toEqual([
      [],
      ['[k -Infinity..Infinity) a b'],
      [],
      ['[k -Infinity..Infinity) c d'],
      [],
    ])
    expect(it.panes).toBe(1)
    it.add('f', NaN)
    expect(it.panes).toBe(0)
  })

  test('continuous in event time: at multiples since 1970, and at the end of the window', () => {
    const it = drive({ windows: window.tumbling({ sizeMs: 25 }).spec, trigger: trigger.continuousEventTime(10) })
    it.add('a', 3)
    expect(it.watermark(9)).toEqual([])
    expect(it.watermark(10)).toEqual(['[k 0..25) a'])
    it.add('b', 12)
    expect(it.watermark(30)).toEqual(['[k 0..25) a b', '[k 0..25) a b'])
    expect(it.panes).toBe(0)
  })

  test('continuous in event time over all time ends with the input', () => {
    const it = drive({ windows: window.global().spec, trigger: trigger.continuousEventTime(10) })
    it.add('a', 3)
    expect(it.watermark(20)).toHaveLength(2)
    expect(it.end()).toHaveLength(1)
  })

  test('continuous in processing time', () => {
    const it = drive({ windows: window.global().spec, trigger: trigger.continuousProcessingTime(10) })
    it.clock(4)
    it.add('a', NaN)
    expect(it.clock(9)).toEqual([])
    expect(it.clock(10)).toEqual(['[k -Infinity..Infinity) a'])
    it.add('b', NaN)
    expect(it.clock(29)).toEqual(['[k -Infinity..Infinity) a b'])
  })

  test('continuous firing times of sessions that become one: the earliest counts', () => {
    const it = drive({ ...session, trigger: trigger.continuousEventTime(7) })
    it.add('a', 5)
    it.add('c', 25)
    it.add('b', 15)
    expect(it.watermark(7)).toEqual(['[k 5..35) a c b'])
  })

  test('delta: compared with the record that fired last', () => {
    const distance = (last: string, record: string): number => Math.abs(Number(record) - Number(last))
    const it = drive({ windows: window.global().spec, trigger: trigger.purging(trigger.delta(5, distance)) as Trigger })
    expect(['1', '4', '6', '7', '12', '13'].map((record) => it.add(record, NaN))).toEqual([
      [],
      [],
      [],
      ['[k -Infinity..Infinity) 1 4 6 7'],
      [],
      ['[k -Infinity..Infinity) 12 13'],
    ])
  })

  test('one of your own: state and timers by window, and word of their end', () => {
    const cleared: unknown[] = []
    const everyOther: Trigger<string, { seen: number }> = {
      onRecord: (_record, timestamp, context) => {
        context.state = { seen: (context.state?.seen ?? 0) + 1 }
        context.setEventTimer(timestamp + 2)
        context.deleteEventTimer(5)
        return context.state.seen % 2 === 0 ? 'purge' : 'continue'
      },
      onEventTime: (time, { window: { end } }) => (time === end - 1 ? 'fireAndPurge' : 'fire'),
      clear: ({ state, key }) => cleared.push([key, state]),
    }
    const it = drive({ ...tumbling, trigger: everyOther as Trigger })
    it.add('a', 1)
    it.add('b', 2)
    it.add('c', 3)
    expect(it.watermark(4)).toEqual(['[k 0..10) c', '[k 0..10) c'])
    expect(it.watermark(5)).toEqual([])
    expect(it.watermark(9)).toEqual(['[k 0..10) c'])
    expect(cleared).toEqual([['k', { seen: 3 }]])
  })
})

describe('processing time', () => {
  const byClock: DriverOptions = { windows: window.tumbling({ sizeMs: 10 }).spec, trigger: trigger.processingTime(), time: 'processing' }

  test('windows follow the clock, whatever the event time, and nothing is late', () => {
    const it = drive(byClock)
    it.clock(3)
    it.watermark(1_000)
    expect(it.add('a', 77)).toEqual([])
    it.clock(8)
    it.add('b', NaN)
    expect(it.clock(9)).toEqual(['[k 0..10) a b'])
    expect(it.panes).toBe(0)
  })

  test('windows end with the input', () => {
    const it = drive(byClock)
    it.clock(3)
    it.add('a', NaN)
    expect(it.end()).toEqual(['[k 0..10) a'])
    expect(it.panes).toBe(0)
  })

  test('sessions', () => {
    const it = drive({ ...byClock, windows: window.session({ gapMs: 10 }).spec })
    it.add('a', NaN)
    it.clock(8)
    it.add('b', NaN)
    expect(it.clock(16)).toEqual([])
    expect(it.clock(17)).toEqual(['[k 0..18) a b'])
  })
})
