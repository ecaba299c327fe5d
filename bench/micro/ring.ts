/**
 * Micro-benchmarks of the ring: `node dist/bench/micro/ring.js [--ms 200] [--runs 5]`.
 *
 * First one thread alone: what a frame costs to write and to read, beside copying the same bytes in and out without a ring.
 * Then two threads: payload bytes that one writes and the other copies out into private memory, per second from the sender's first frame to
 * the receiver's last. `kept` leaves the payloads to the garbage collector, `handed back` returns each with `recycle()`, 16 frames later.
 * Cases take turns (interleaved); the median and the best of the runs are printed. Other load on the machine shows in them, hardly in
 * the processor time per frame (both threads and the garbage collector).
 */
import { once } from 'node:events'
import { extname } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { Bench } from 'tinybench'
import { RING_BYTES_DEFAULT } from '../../src/limits.ts'
import { createDoorbells, createRing, FrameHeader, RingConsumer, RingProducer } from '../../src/ring/index.ts'
import type { RingThreadJob, RingThreadResult } from './ring-thread.ts'

const { values } = parseArgs({ options: { ms: { type: 'string', default: '200' }, runs: { type: 'string', default: '5' } } })

/** Frames per call of a benchmarked function. */
const FRAMES = 32

async function oneThread(): Promise<void> {
  const bench = new Bench({ time: Number(values.ms), warmupTime: Number(values.ms) / 2 })
  let bytes = 0
  for (const payloadBytes of [0, 64, 1024, 16_384]) {
    const ring = createRing(RING_BYTES_DEFAULT)
    const [producer, consumer] = [new RingProducer(ring), new RingConsumer(ring)]
    const [header, payload] = [new FrameHeader(), new Uint8Array(payloadBytes).fill(1)]
    const take = (_: FrameHeader, received: Uint8Array<ArrayBuffer>): void => {
      bytes += received.length
      consumer.recycle(received)
    }
    bench.add(`ring, ${payloadBytes} bytes`, () => {
      for (let i = 0; i < FRAMES; i++) producer.offer(header, payload)
      consumer.drain(take)
    })
    const [shared, target] = [new Uint8Array(new SharedArrayBuffer(FRAMES * payloadBytes)), new Uint8Array(payloadBytes)]
    bench.add(`copies only, ${payloadBytes} bytes`, () => {
      for (let i = 0; i < FRAMES; i++) shared.set(payload, i * payloadBytes)
      for (let i = 0; i < FRAMES; i++) target.set(new Uint8Array(shared.buffer, i * payloadBytes, payloadBytes))
      bytes += target.length
    })
  }
  await bench.run()
  console.log('one thread, write and read, ns per frame')
  for (const { name, result } of bench.tasks) {
    if (result.state !== 'completed') throw new Error(`${name}: ${result.state}`)
    console.log(`  ${name.padEnd(26)} ${((result.latency.p50 * 1e6) / FRAMES).toFixed(0).padStart(6)}`)
  }
  if (bytes === 0) throw new Error('nothing was read')
}

interface Run {
  readonly seconds: number
  readonly cpuSeconds: number
}

async function twoThreads(frames: number, payloadBytes: number, recycle: boolean): Promise<Run> {
  const job = { ring: createRing(RING_BYTES_DEFAULT), bells: createDoorbells(2), frames, payloadBytes, recycle, kept: 16 }
  const start = (role: RingThreadJob['role']): Worker => {
    const workerData: RingThreadJob = { ...job, role }
    return new Worker(new URL(`./ring-thread${extname(import.meta.url)}`, import.meta.url), { workerData })
  }
  const threads = [start('receive'), start('send')]
  await Promise.all(threads.map((thread) => once(thread, 'message')))
  const results = Promise.all(threads.map(async (thread) => (await once(thread, 'message'))[0] as RingThreadResult))
  const cpuBefore = process.cpuUsage()
  for (const thread of threads) thread.postMessage('go')
  const [received, sent] = await results
  if (received!.bytes !== frames * payloadBytes) throw new Error('bytes were lost')
  const cpu = process.cpuUsage(cpuBefore)
  return { seconds: (received!.endedAtMs - sent!.beganAtMs) / 1000, cpuSeconds: (cpu.user + cpu.system) / 1e6 }
}

const CASES = [
  { frames: 1_000_000, payloadBytes: 64, recycle: false },
  { frames: 300_000, payloadBytes: 1024, recycle: false },
  { frames: 100_000, payloadBytes: 16_384, recycle: false },
  { frames: 100_000, payloadBytes: 16_384, recycle: true },
]

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!

await oneThread()
const runs: Run[][] = CASES.map(() => [])
for (let run = 0; run < Number(values.runs); run++) {
  for (const [i, { frames, payloadBytes, recycle }] of CASES.entries()) runs[i]!.push(await twoThreads(frames, payloadBytes, recycle))
}
console.log(
  `two threads, ring of ${RING_BYTES_DEFAULT >> 20} MiB, ${values.runs} runs               median                       best   processor time`,
)
for (const [i, { frames, payloadBytes, recycle }] of CASES.entries()) {
  const seconds = runs[i]!.map((run) => run.seconds)
  const show = (s: number): string =>
    `${((frames * payloadBytes) / s / 1e9).toFixed(2)} GB/s ${(frames / s / 1e6).toFixed(2)} M frames/s`.padStart(26)
  const cpu = `${((median(runs[i]!.map((run) => run.cpuSeconds)) / frames) * 1e9).toFixed(0)} ns per frame`
  const name = `${payloadBytes} bytes, ${recycle ? 'handed back' : 'kept'}`
  console.log(`  ${name.padEnd(26)} ${show(median(seconds))} ${show(Math.min(...seconds))} ${cpu.padStart(18)}`)
}
