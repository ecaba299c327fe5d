/**
 * Micro-benchmark of partitioners: `node dist/bench/micro/partition.js [--write]`, which keeps them for docs/concepts.md. A chain of a map and a partitioner, generated as a worker would
 * generate it, into an outbox whose channels stay within the worker and whose receivers take everything at once. Beside each the same loop with
 * a push that keeps the record and no more: what is left above it is the price of the batches.
 */
import { loadOperators } from '../../actors/registry.ts'
import type { Output } from '../../src/actor/contract.ts'
import type { Partitioning } from '../../src/actor/partitioning.ts'
import { CreditTable } from '../../src/channel/credit.ts'
import { LocalSender } from '../../src/channel/local-sender.ts'
import { Outbox } from '../../src/channel/outbox.ts'
import { systemClock } from '../../src/core/clock.ts'
import { type ChainRun, compileRun } from '../../src/graph/chain-code.ts'
import { routingTable } from '../../src/graph/plan.ts'
import { aboutNow, loadNow } from '../harness/about.ts'
import { keep } from '../speed/kept.ts'

const registry = await loadOperators()
const load = loadNow()

const RECORDS = 1024
const ROUNDS = 1_000
const PASSES = 5
const ALLOWANCE_BYTES = 1024 * 1024

interface Row {
  readonly key: number
  readonly at: number
}

const rows: Row[] = Array.from({ length: RECORDS }, (_, n) => ({ key: Math.imul(n, 2654435761) >>> 12, at: n }))
const times = Float64Array.from(rows, ({ at }) => at)

const PARTITIONINGS: Readonly<Record<string, Partitioning>> = {
  forward: { type: 'forward' },
  'hash by field': { type: 'hash', key: 'key' },
  'hash by function': { type: 'hash', key: (record: Row) => record.key },
  rebalance: { type: 'rebalance' },
  roundRobin: { type: 'roundRobin' },
  custom: { type: 'custom', choose: (record: Row, channels: number) => record.key % channels },
  'time, event': { type: 'time', bucketMs: 100, by: 'event' },
  'time, arrival': { type: 'time', bucketMs: 100, by: 'arrival' },
  broadcast: { type: 'broadcast' },
}

let taken = 0

/** Channels within the worker, whose receivers give all credit back at once. */
function outbox(channels: number): Output {
  const credits = new CreditTable(CreditTable.create(channels))
  const sent = new Float64Array(channels)
  const senders = Array.from({ length: channels }, (_, channel) => {
    credits.publish(channel, ALLOWANCE_BYTES)
    const deliver = ({ costBytes, batch }: { costBytes: number; batch: { readonly length: number } | null }): void => {
      taken += batch!.length
      credits.publish(channel, (sent[channel]! += costBytes) + ALLOWANCE_BYTES)
    }
    return new LocalSender(channel, credits, ALLOWANCE_BYTES, deliver, () => {}, false)
  })
  return new Outbox(senders, routingTable(128, channels), true, 1024)
}

/** Keeps the record and no more. */
function nothing(channels: number): Output {
  const last = new Array<unknown>(channels)
  return {
    channelCount: channels,
    route: routingTable(128, channels),
    push: (channel, record) => void (last[channel] = record),
    pushColumns: () => {},
    widest: () => 0,
    beforeWatermark: () => {},
    pending: () => 0,
  }
}

function chainInto(output: Output, partitioning: Partitioning): ChainRun {
  const end = { id: 1, definition: registry.get('partition')!, spec: { output, partitioning, clock: systemClock }, actor: null, next: [] }
  const options = { url: 'millrace://bench/partition', freeze: null, fail: (error: unknown) => error, generateCode: true }
  return compileRun({ id: 0, definition: { kind: 'reader' }, spec: {} }, [end], options)
}

/** Nanoseconds per record of input. */
function measure(run: ChainRun): number {
  const startMs = performance.now()
  for (let round = 0; round < ROUNDS; round++) run(rows, 0, RECORDS, times)
  return ((performance.now() - startMs) * 1e6) / (ROUNDS * RECORDS)
}

const CHANNELS = 4
const subjects = Object.entries(PARTITIONINGS).map(([name, partitioning]) => {
  const channels = name === 'forward' ? 1 : CHANNELS
  return {
    name,
    batches: chainInto(outbox(channels), partitioning),
    alone: chainInto(nothing(channels), partitioning),
    best: Infinity,
    bestAlone: Infinity,
  }
})
// In turn, so that whatever else the machine does meets all alike; the best of each, since noise only adds.
for (let pass = 0; pass < PASSES; pass++) {
  for (const subject of subjects) {
    subject.best = Math.min(subject.best, measure(subject.batches))
    subject.bestAlone = Math.min(subject.bestAlone, measure(subject.alone))
  }
}
console.table(
  subjects.map(({ name, best, bestAlone }) => ({
    partitioner: name,
    'ns/record': Number(best.toFixed(1)),
    'M records/s': Number((1000 / best).toFixed(1)),
    'ns without batches': Number(bestAlone.toFixed(1)),
  })),
)
console.log(`${CHANNELS} channels, ${RECORDS * ROUNDS * PASSES} records each; ${taken} delivered`)
if (process.argv.includes('--write')) {
  const rows = subjects.map(({ name, best, bestAlone }) => ({ name, ns: best, nsAlone: bestAlone }))
  keep('partition', { about: aboutNow('node dist/bench/micro/partition.js --write', load), channels: CHANNELS, rows })
}
