import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UsageExit } from '../../bench/harness/options.ts'
import { isQuery, loadLoops } from '../../bench/loops/registry.ts'
import { spanOf } from '../../bench/workloads/span.ts'
import { LIBRARIES, loadLibrary } from '../../bench/peers/library.ts'
import { measuredOf } from '../../bench/peers/measured.ts'
import type { Contender } from '../../bench/peers/measured.ts'
import { parsePeerOptions } from '../../bench/peers/options.ts'
import { replaceBetweenMarkers } from '../../bench/harness/page.ts'
import { PEERS } from '../../bench/peers/peer.ts'
import { ALL_PEERS } from '../../bench/peers/registry.ts'
import { pageTables } from '../../bench/peers/tables.ts'

describe.each(LIBRARIES)('%s', async (name) => {
  const { queries, open, close } = await loadLibrary(name, '.js')
  beforeAll(async () => await open?.())
  afterAll(async () => await close?.())
  for (const [query, run] of Object.entries(queries)) {
    test.each([0, 1_023, 5_000])(`${query} of %i records gives what the naive loop gives`, async (count) => {
      if (!isQuery(query)) throw new Error(`${query} is no query`)
      const span = spanOf(7, count)
      expect(await run(span)).toStrictEqual((await loadLoops(query)).naive(span))
    })
  }
})

test('every name is a peer', () => {
  expect(ALL_PEERS.map(({ name }) => name)).toEqual(PEERS)
})

test('options: peers and queries by name, all by default', () => {
  expect(parsePeerOptions([])).toMatchObject({ peers: PEERS, write: false })
  expect(parsePeerOptions(['--peers', 'timely,rxjs', '--only', 'ks,q1', '--write'])).toMatchObject({
    peers: ['rxjs', 'timely'],
    only: ['q1', 'ks'],
    write: true,
  })
  expect(() => parsePeerOptions(['--peers', 'storm'])).toThrow(UsageExit)
})

describe('the page', () => {
  const report = (rate: number) => ({
    events: 1_000,
    seconds: 1_000 / rate,
    startupMs: 1,
    checksum: 1,
    rows: 1,
    processSeconds: 1_000 / rate + 2,
  })
  const reports = new Map<Contender, ReturnType<typeof report>[]>([
    ['naive', [report(2e6), report(2e6)]],
    ['millrace', [report(4e6), report(4e6)]],
    ['flink', [report(1e6), report(1e6)]],
    ['flink-elided', [report(8e6), report(8e6)]],
  ])
  const tables = pageTables(measuredOf({ query: 'q1', workers: 2, seed: 1, count: 1_000, reports }))

  test('has a row for the runs that may leave records out', () => {
    expect(tables).toContain('|  | naive | millrace | flink |\n')
    expect(tables).toContain('| q1 | 2.00 (2.0x) | 4.00 | 1.00 (4.0x) |\n')
    expect(tables).toContain('| q1, elided | - | - | 8.00 (0.5x) |\n')
  })

  test('says what a process costs besides', () => {
    expect(tables).toContain('| flink | 2.0 s - 2.0 s | - |')
  })

  test('has the table between its markers, and everything else as it was', () => {
    const page = 'a\n<!-- bench:peers begins -->\nold\n<!-- bench:peers ends -->\nb\n'
    const once = replaceBetweenMarkers(page, 'bench:peers', 'new')
    expect(once).toBe('a\n<!-- bench:peers begins -->\n\nnew\n\n<!-- bench:peers ends -->\nb\n')
    expect(replaceBetweenMarkers(once, 'bench:peers', 'new')).toBe(once)
    expect(() => replaceBetweenMarkers('no markers', 'bench:peers', 'new')).toThrow('the page has no')
  })
})
