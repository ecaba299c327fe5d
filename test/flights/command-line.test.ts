import { describe, expect, test } from 'vitest'
import { parseOptions, USAGE, UsageError } from '../../examples/flights/options.ts'
import { Progress } from '../../examples/flights/progress.ts'

describe('options', () => {
  test('have defaults', () => {
    expect(parseOptions([], '/job')).toEqual({
      workers: undefined,
      rate: undefined,
      state: '/job/state',
      results: '/job/results',
      crash: false,
      fresh: false,
      help: false,
    })
  })

  test('are read', () => {
    expect(parseOptions(['--workers', '3', '--rate=5000', '--state', 's', '--results', 'r', '--crash', '--fresh', '-h'], '/job')).toEqual({
      workers: 3,
      rate: 5000,
      state: 's',
      results: 'r',
      crash: true,
      fresh: true,
      help: true,
    })
  })

  test.each([
    [['--worker', '2'], "Unknown option '--worker'"],
    [['fast'], "Unexpected argument 'fast'"],
    [['--workers'], "Option '--workers <value>' argument missing"],
    [['--workers', '0'], '--workers takes a whole number from 1 to 256, not "0"'],
    [['--workers=two'], '--workers takes a whole number from 1 to 256, not "two"'],
    [['--rate', '1.5'], '--rate takes a whole number from 1 to 1000000000, not "1.5"'],
    [['--state', ''], '--state takes a folder'],
    [['--crash=yes'], "Option '--crash' does not take an argument"],
  ])('that are wrong (%j) are refused in one line', (args, line) => {
    expect(() => parseOptions(args, '/job')).toThrow(UsageError)
    expect(() => parseOptions(args, '/job')).toThrow(line)
    try {
      parseOptions(args, '/job')
    } catch (error) {
      expect((error as Error).message).not.toContain('\n')
    }
  })

  test('are all explained', () => {
    for (const option of ['--workers', '--rate', '--crash', '--state', '--results', '--fresh', '--help'])
      expect(USAGE).toContain(`  ${option} `)
  })
})

describe('progress', () => {
  function progress(terminal: boolean) {
    const written: string[] = []
    const clock = { now: 0 }
    return { written, clock, progress: new Progress({ total: 2_000, terminal, write: (text) => written.push(text), now: () => clock.now }) }
  }

  test('is a line a second where lines stay', () => {
    const { written, clock, progress: p } = progress(false)
    for (; clock.now <= 2_000; clock.now += 10) p.report(clock.now / 2)
    p.end()
    expect(written).toEqual([
      '  0 % · 0 of 2,000 events\n',
      ' 25 % · 500 of 2,000 events · 500 events/s\n',
      ' 50 % · 1,000 of 2,000 events · 500 events/s\n',
    ])
  })

  test('is one line that changes on a terminal, cleared at the end', () => {
    const { written, clock, progress: p } = progress(true)
    p.report(0)
    clock.now = 100
    p.report(100)
    p.end()
    expect(written).toEqual(['\r\x1b[K  0 % · 0 of 2,000 events', '\r\x1b[K  5 % · 100 of 2,000 events · 1,000 events/s', '\r\x1b[K'])
  })

  test('counts the rate of this run only, when an earlier one did a part', () => {
    const { written, clock, progress: p } = progress(false)
    p.report(1_000)
    clock.now = 1_000
    p.report(1_100)
    expect(written[1]).toBe(' 55 % · 1,100 of 2,000 events · 100 events/s\n')
  })

  test('keeps what it says, and counts the rate from there', () => {
    const { written, clock, progress: p } = progress(true)
    p.report(1_000)
    clock.now = 500
    p.say('restarted')
    p.report(400)
    clock.now = 1_500
    p.report(600)
    expect(written.slice(1)).toEqual([
      '\r\x1b[Krestarted\n',
      '\r\x1b[K 20 % · 400 of 2,000 events',
      '\r\x1b[K 30 % · 600 of 2,000 events · 200 events/s',
    ])
  })
})
