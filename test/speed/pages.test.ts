import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { verdictOf } from '../../bench/harness/drop.ts'
import { projectFolder } from '../../bench/harness/project-folder.ts'
import { drift } from '../../bench/soak/sample.ts'
import { barsTable, verdict } from '../../bench/speed/bars-table.ts'
import { attemptsIn } from '../../bench/speed/attempts.ts'
import { keep } from '../../bench/speed/kept.ts'
import { writeSpeedPage } from '../../bench/speed/speed-page.ts'
import { noTimes } from '../../bench/stages/attribute.ts'
import type { Figures } from '../../bench/stages/figures.ts'
import type { KeptStages } from '../../bench/stages/tables.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-speed-'))
afterAll(() => rmSync(folder, { recursive: true }))

const about = { machine: 'a machine', node: 'v20', commit: 'abc', date: '2026-11-23T00:00:00Z', command: 'npm run x', load: 0 }

function figures(query: string, make: number): Figures {
  const ns = { ...noTimes(), make, gc: 20, idle: 90, loop: 3, cross: 7 }
  const shares = { gcShare: 0.1, lostShare: 0, unsureShare: 0.02 }
  return {
    query,
    workers: 2,
    recordsPerSecond: 1e6,
    ns,
    totalNs: 220,
    cpuNs: 130,
    heapBytes: 80,
    bufferBytes: 0,
    checkpoints: 3,
    top: [],
    ...shares,
  }
}

const TRIED =
  '## Bars\n\n### What was tried about missed bars\n\n| workload | attempt |\n|---|---|\n| all | a |\n| q3, q0 | b |\n\n## Else\n\n| q0 | c |\n'

const result = (name: string, ratio: number) => ({
  name,
  workers: 2,
  checkpointIntervalMs: 1000,
  events: 1,
  eventsPerSecond: { median: 1, min: 1, max: 1 },
  loopEventsPerSecond: 1,
  bestLoopEventsPerSecond: 1,
  ratio,
  ratioLow: ratio - 0.1,
  ratioHigh: ratio + 0.1,
  toBest: null,
  checksum: 1,
  rows: 1,
})

describe('bars', () => {
  const stages = { about, figures: [figures('q0', 100), figures('q1', 100)] }
  const rows = barsTable({ loops: { results: [result('q0', 1.3), result('q1', 1.7)] }, stages, attempts: attemptsIn(TRIED) }).split('\n')
  const row = (start: string): string => rows.find((text) => text.startsWith(start))!

  test('a missed one names what costs most, waiting apart, and how much was tried', () => {
    expect(row('| q0 | naive loop |')).toBe(
      '| q0 | naive loop | 1.5 | 1.30 | 1.20 - 1.40 | **missed** | make 100, gc 20, cross 7.0 | [2 attempts](#what-was-tried-about-missed-bars) |',
    )
  })

  test('others say that they were reached, or not measured', () => {
    expect(row('| q1 | naive loop |')).toBe('| q1 | naive loop | 1.5 | 1.70 | 1.60 - 1.80 | reached |  |  |')
    expect(row('| q4 | timely |')).toBe('| q4 | timely | 1 | - | - | not measured |  |  |')
    expect(row('| q2 | Hazelcast Jet |')).toContain('| 2 | - | - | not measured |')
    expect(row('| latency p99 |')).toContain('not measured')
  })

  test('an interval that holds the goal is no certain verdict', () => {
    expect(verdict(1.5, { ratio: 1.6, low: 1.4, high: 1.8 })).toBe('reached, within the noise')
    expect(verdict(1.5, { ratio: 1.4, low: 1.2, high: 1.6 })).toBe('**missed**, within the noise')
    expect(verdict(1.5, { ratio: 1.5, low: null, high: null })).toBe('reached')
  })
})

test('docs/speed.md takes what is kept, each time anew, with a row of before', () => {
  mkdirSync(join(folder, 'docs'))
  const page = join(folder, 'docs', 'speed.md')
  writeFileSync(page, readFileSync(join(projectFolder(), 'docs', 'speed.md')))
  const kept: KeptStages = { before: { about, figures: [figures('q0', 150)] }, now: { about, figures: [figures('q0', 100)] } }
  keep('stages', kept, folder)
  writeSpeedPage(folder)
  const once = readFileSync(page, 'utf8')
  expect(once).toContain('| **q0** | 100 |')
  expect(once).toContain('| before | 150 |')
  expect(once).toContain('commit `abc`')
  writeSpeedPage(folder)
  expect(readFileSync(page, 'utf8')).toBe(once)
})

describe('ratios in CI', () => {
  const kept = { ratio: 2, low: 1.9, high: 2.1 }

  test('a drop beyond noise and machine is told', () => {
    expect(verdictOf('ks', { ratio: 1.4, low: 1.3, high: 1.5 }, kept)).toEqual({
      text: 'ks: 1.40 (1.30 - 1.50) times the loop; kept: 2.00 (1.90 - 2.10). It has dropped by more than the noise',
      isDrop: true,
    })
  })

  test('noise, gains and what was not measured are none', () => {
    expect(verdictOf('ks', { ratio: 1.4, low: 0.9, high: 2.2 }, kept).isDrop).toBe(false)
    expect(verdictOf('ks', { ratio: 1.7, low: 1.6, high: 1.8 }, kept).isDrop).toBe(false)
    expect(verdictOf('ks', { ratio: 3, low: 2.9, high: 3.1 }, kept).isDrop).toBe(false)
    expect(verdictOf('ks', undefined, kept).isDrop).toBe(false)
    expect(verdictOf('ks', { ratio: 1, low: null, high: null }, undefined).isDrop).toBe(false)
  })
})

test('drift compares the last quarter of a run with the one before', () => {
  const sample = (recordsPerSecond: number) => ({ minute: 0, recordsPerSecond, rssBytes: 1, heapBytes: 1, checkpoint: 1 })
  expect(drift([1, 1, 1, 1, 4, 4, 5, 5].map(sample), (one) => one.recordsPerSecond)).toBeCloseTo(0.25)
})
