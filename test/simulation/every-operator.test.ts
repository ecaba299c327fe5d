/** What each operator keeps survives whatever fails: every built-in one is in a job that is crashed here, or has a crash test of its own. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadOperators } from '../../actors/registry.ts'
import type { Job } from '../../src/index.ts'
import { simulate } from '../../src/testing/index.ts'
import { inTier } from '../tier.ts'
import job, { type EveryConfig, GROUPS, rowOf } from './jobs/every-operator-job.ts'

const COUNT = 120

/** Sinks write to the world outside, which a simulation does not have; connectors need packages and servers. */
const CRASHED_ELSEWHERE: Readonly<Record<string, string>> = {
  parquet: 'test/full/connectors/parquet.test.ts',
  consoleSink: 'prints, and keeps nothing',
  consoleTableSink: 'prints, and keeps nothing',
  forEachSink: 'calls a function, and keeps nothing',
  forEachBatchSink: 'test/sinks/calls.test.ts',
  nodeStreamSink: 'test/sinks/streams.test.ts',
  webStreamSink: 'test/sinks/streams.test.ts',
  fileSink: 'test/full/flights/job.test.ts',
  filesSink: 'test/full/sinks/rolling-processes.test.ts',
  tableSink: 'test/sinks/table.test.ts',
  upsertSink: 'test/full/sinks/sink-kit.test.ts',
  twoPhaseSink: 'test/full/sinks/sink-kit.test.ts',
}

const folder = mkdtempSync(join(tmpdir(), 'millrace-every-'))

function file(name: string, lines: readonly unknown[]): string {
  const path = join(folder, name)
  writeFileSync(path, lines.map((line) => `${String(line)}\n`).join(''))
  return path
}

const numbers = Array.from({ length: COUNT }, (_, n) => n)
const files = { lines: file('a.txt', numbers), csv: file('a.csv', ['n', ...numbers]), json: file('a.jsonl', numbers) }
const configOf = (group: EveryConfig['group']): EveryConfig => ({ group, count: COUNT, ...files })

/** A cache with room for a few keys. */
const ON_DISK = { type: 'lmdb', cacheBytes: 2_048 } as const
const PLACED = inTier(['memory'] as const, ['memory', ON_DISK] as const).flatMap((backend) =>
  GROUPS.map((group) => [group, backend] as const),
)

test.each(PLACED)('%s, state in %o: nothing is lost, repeated or different, whatever fails', async (group, backend) => {
  const inputs: Record<string, readonly unknown[]> =
    group === 'pushed' ? { pushed: Array.from({ length: 10 * COUNT }, (_, n) => rowOf(n)) } : {}
  const seeds = inTier(1, 30)
  const options = { seeds, backend, config: configOf(group), batchRecords: 8, checkpointIntervalMs: 4, restart: { maxRestarts: 1_000 } }
  const told = await simulate(job as Job, inputs, options)
  expect(told.runs).toBe(seeds)
  expect(told.records).toBeGreaterThan(seeds)
})

test('every operator that is created is crashed', async () => {
  const created = [...(await loadOperators()).values()].filter(({ create }) => create !== undefined).map(({ kind }) => kind)
  const graphs = await Promise.all(GROUPS.map((group) => job.buildGraph(configOf(group))))
  const crashed = new Set(graphs.flatMap(({ nodes }) => nodes.map(({ kind }) => kind)))
  expect(created.filter((kind) => !crashed.has(kind) && !(kind in CRASHED_ELSEWHERE))).toEqual([])
  expect(Object.keys(CRASHED_ELSEWHERE).filter((kind) => crashed.has(kind) || !created.includes(kind))).toEqual([])
})
