/**
 * State in memory and in LMDB, real threads: `node dist/bench/micro/backends.js [--rounds 3] [--workers 2] [--scale 1]`.
 * Cases run in turn, round after round; each is reported by its best in records/s, with processor time per record. The bars: `lmdb, all keys in its cache` at
 * least 5 M/s, `lmdb, 1 M keys` at least 0.3 M/s.
 */
import { parseArgs } from 'node:util'
import { launch } from '../../src/index.ts'
import type { LaunchOptions } from '../../src/index.ts'
import keyedCounts from '../jobs/keyed-counts.ts'
import windowedCounts from '../jobs/windowed-counts.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    workers: { type: 'string', default: '2' },
    scale: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
})
const scale = Number(values.scale)
const MIB = 1024 * 1024

interface Case {
  readonly name: string
  /** Counts by window: 'combined' before they are sent, or of single records. Default: a keyed actor. */
  readonly windows?: 'combined' | 'single'
  readonly keys: number
  readonly records: number
  readonly backend: LaunchOptions['backend']
}

const ALL: readonly Case[] = [
  { name: 'memory, 10,000 keys', keys: 10_000, records: 10e6, backend: 'memory' },
  { name: 'lmdb, all 10,000 keys in its cache', keys: 10_000, records: 10e6, backend: 'lmdb' },
  { name: 'memory, 1 M keys', keys: 1e6, records: 4e6, backend: 'memory' },
  { name: 'lmdb, 1 M keys, 8 MiB cache', keys: 1e6, records: 2e6, backend: { type: 'lmdb', cacheBytes: 8 * MIB } },
  { name: 'lmdb, 1 M keys, all in its cache', keys: 1e6, records: 4e6, backend: { type: 'lmdb', cacheBytes: 256 * MIB } },
  ...(['single', 'combined'] as const).flatMap((windows): Case[] => [
    { name: `${windows} windows, memory, 10,000 keys`, windows, keys: 10_000, records: 2e6, backend: 'memory' },
    { name: `${windows} windows, lmdb, all 10,000 keys in its cache`, windows, keys: 10_000, records: 2e6, backend: 'lmdb' },
    { name: `${windows} windows, memory, 1 M keys`, windows, keys: 1e6, records: 1e6, backend: 'memory' },
    {
      name: `${windows} windows, lmdb, 1 M keys, 8 MiB cache`,
      windows,
      keys: 1e6,
      records: 1e6,
      backend: { type: 'lmdb', cacheBytes: 8 * MIB },
    },
  ]),
]
const CASES = ALL.filter(({ name }) => values.only === undefined || name.includes(values.only))

async function measure({ windows, keys, records, backend }: Case): Promise<{ perSecond: number; cpuNs: number }> {
  const count = Math.round(records * scale)
  const options = {
    workers: Number(values.workers),
    checkpointIntervalMs: Infinity,
    freezeRecords: false,
    backend: backend!,
  } as const
  const run =
    windows === undefined
      ? await launch(keyedCounts, { ...options, config: { records: count, keys } })
      : await launch(windowedCounts, { ...options, config: { records: count, keys, combines: windows === 'combined' } })
  const cpu = process.cpuUsage()
  const startMs = performance.now()
  await Promise.all([run.outlet('counts').collect(), run.done])
  const ms = performance.now() - startMs
  const { user, system } = process.cpuUsage(cpu)
  return { perSecond: (1000 * count) / ms, cpuNs: (1000 * (user + system)) / count }
}

const best = new Map<Case, { perSecond: number; cpuNs: number }>()
for (let round = 0; round < Number(values.rounds); round++) {
  for (const each of CASES) {
    const result = await measure(each)
    if (result.perSecond > (best.get(each)?.perSecond ?? 0)) best.set(each, result)
  }
}
for (const [{ name }, { perSecond, cpuNs }] of best)
  console.log(
    `${name.padEnd(50)} ${(perSecond / 1e6).toFixed(2).padStart(8)} M/s ${cpuNs.toFixed(0).padStart(6)} ns of processor time a record`,
  )
