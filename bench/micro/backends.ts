/**
 * State in memory and in LMDB, real threads: `node dist/bench/micro/backends.js [--rounds 3] [--workers 2] [--scale 1]`.
 * Cases run in turn, round after round; each is reported by its best in records/s, with processor time per record. The bars: `lmdb, all keys in its cache` at
 * least 5 M/s, `lmdb, 1 M keys` at least 0.3 M/s.
 */
import { parseArgs } from 'node:util'
import { launch } from '../../src/index.ts'
import type { LaunchOptions } from '../../src/index.ts'
import job from '../jobs/keyed-counts.ts'

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
]
const CASES = ALL.filter(({ name }) => values.only === undefined || name.includes(values.only))

async function measure({ keys, records, backend }: Case): Promise<{ perSecond: number; cpuNs: number }> {
  const count = Math.round(records * scale)
  const run = await launch(job, {
    workers: Number(values.workers),
    config: { records: count, keys },
    checkpointIntervalMs: Infinity,
    freezeRecords: false,
    backend: backend!,
  })
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
    `${name.padEnd(40)} ${(perSecond / 1e6).toFixed(2).padStart(8)} M/s ${cpuNs.toFixed(0).padStart(6)} ns of processor time a record`,
  )
