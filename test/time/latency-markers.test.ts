import { expect, test } from 'vitest'
import { LatencyMarkers } from '../../src/actor/latency-markers.ts'
import { Outbox } from '../../src/channel/outbox.ts'
import type { ChannelSender } from '../../src/channel/channel-sender.ts'
import { type ActorStats, launch } from '../../src/index.ts'
import { FrameKind } from '../../src/ring/index.ts'
import { simulate } from '../../src/testing/index.ts'
import { job } from './jobs/latency-job.ts'

/** What was sent in each channel, in order. */
function outbox(channels: number): { outbox: Outbox; sent: string[][] } {
  const sent: string[][] = Array.from({ length: channels }, () => [])
  const senders = sent.map((frames): ChannelSender => ({
    sendRecords: (records, count) => void frames.push(...records.slice(0, count).map((record) => `record ${String(record)}`)),
    sendColumns: () => {},
    sendControl: (kind, value) =>
      void frames.push(`${kind === FrameKind.latency ? 'marker' : kind === FrameKind.barrier ? 'barrier' : 'watermark'} ${value}`),
    flush: () => true,
    availableBytes: 1000,
    batchRecordsMax: 100,
  }))
  return { outbox: new Outbox(senders, new Uint16Array(1), false, 4), sent }
}

test('a marker leaves behind the records that were pushed before it, before a barrier, in each channel in turn', () => {
  const { outbox: box, sent } = outbox(2)
  box.push(0, 'a', NaN)
  box.push(1, 'b', NaN)
  box.latency(7, 100)
  // One of the same source that waits too is not needed; one of another source is.
  box.latency(7, 200)
  box.latency(8, 300)
  expect(box.holdsBack).toBe(true)
  box.broadcast(FrameKind.barrier, 1)
  expect(sent).toEqual([
    ['record a', 'marker 100', 'barrier 1'],
    ['record b', 'marker 300', 'barrier 1'],
  ])
  box.latency(7, 400)
  box.flushBatches()
  box.latency(7, 500)
  box.flushBatches()
  expect(sent.map((frames) => frames.at(-1))).toEqual(['marker 400', 'marker 500'])
  expect(box.holdsBack).toBe(false)
})

test('a source marks no more often than it is told, others measure by source, and a clock that is set back harms nothing', () => {
  let nowMs = 2 ** 41 - 10
  const made: [number, number][] = []
  const edge = { latency: (source: number, marker: number) => void made.push([source, marker]) } as unknown as Outbox
  const clock = { nowMs: () => nowMs, monotonicMs: () => 0 }
  const markers = (source: number | null): LatencyMarkers =>
    new LatencyMarkers({ everyMs: 100, source, nameOf: (node) => `source ${node}`, clock, outboxes: [edge] })
  const [source, other, reader] = [markers(3), markers(4), markers(null)]
  for (let i = 0; i < 25; i++, nowMs += 10) source.afterBatch()
  other.afterBatch()
  reader.afterBatch()
  expect(made.map(([from]) => from)).toEqual([3, 3, 3, 4])
  const [first, second, third] = made.map(([, marker]) => marker)
  reader.receive(first!)
  reader.receive(second!)
  nowMs -= 10_000
  reader.receive(third!)
  nowMs += 10_007
  reader.receive(made[3]![1])
  expect(reader.stats).toEqual([
    {
      source: 'source 3',
      count: 3,
      p50Ms: expect.closeTo(150, -1),
      p99Ms: 250,
      maxMs: 250,
      recent: { p50Ms: expect.closeTo(150, -1), p99Ms: 250 },
    },
    { source: 'source 4', count: 1, p50Ms: 7, p99Ms: 7, maxMs: 7, recent: { p50Ms: 7, p99Ms: 7 } },
  ])
  // What was long ago counts for all markers, and not for the newest ones.
  for (let i = 0; i < 64; i++) reader.receive(made[3]![1])
  expect(reader.stats[1]).toMatchObject({ count: 65, recent: { p50Ms: 7, p99Ms: 7 } })
  made.splice(8)
  // All of them went on.
  expect(made.slice(4).map(([from]) => from)).toEqual([3, 3, 3, 4])
})

test('markers change no result', async () => {
  const sums = [{ n: (600 * 599) / 2 }]
  for (const transport of ['auto', 'ring'] as const) {
    const options = { config: { count: 600 }, workers: 2, seed: 5, transport, checkpointIntervalMs: 20 }
    const { outlets, restarts } = await simulate(job, { ...options, latencyMarkersMs: 1 })
    expect([outlets.sums, restarts]).toEqual([sums, 0])
  }
})

test('every actor behind a source says how old its markers were; without the option none does', async () => {
  for (const latencyMarkersMs of [5, undefined]) {
    const run = await launch(job, {
      config: { count: Infinity },
      workers: 2,
      ...(latencyMarkersMs !== undefined && { latencyMarkersMs }),
    })
    const actors = async (): Promise<ActorStats[]> => (await run.stats()).workers.flatMap((worker) => worker.actors)
    const ends = (all: readonly ActorStats[]): ActorStats[] => all.filter(({ name }) => name.startsWith('end'))
    const measured = (all: readonly ActorStats[]): string[] =>
      [...new Set(ends(all).flatMap(({ latency }) => latency.map(({ source }) => source)))].sort()
    const records = (all: readonly ActorStats[]): number => ends(all).reduce((sum, { recordsIn }) => sum + recordsIn, 0)
    let all = await actors()
    while (latencyMarkersMs === undefined ? records(all) < 200 : measured(all).length < 2) all = await actors()
    expect(measured(all)).toEqual(latencyMarkersMs === undefined ? [] : ['others', 'rows'])
    for (const { count, p50Ms, p99Ms, maxMs } of ends(all).flatMap(({ latency }) => latency)) {
      expect(count).toBeGreaterThan(0)
      expect(0 <= p50Ms && p50Ms <= p99Ms && p99Ms <= maxMs).toBe(true)
    }
    await run.stop()
  }
})
