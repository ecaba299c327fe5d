/**
 * Micro-benchmarks of the doorbell: `node dist/bench/micro/doorbell.js [--wakes 1000] [--idleMs 2000]`.
 *
 * Latency: from before `ring()` to the moment the woken thread's answer is seen, after pauses long enough for it to sleep; the ringing
 * thread spins for the answer. Idle: processor time of the whole process while one more thread sleeps.
 */
import { once } from 'node:events'
import { extname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { Bench } from 'tinybench'
import { createDoorbells, Doorbell } from '../../src/ring/index.ts'
import type { DoorbellThreadJob } from './doorbell-thread.ts'

const { values } = parseArgs({ options: { wakes: { type: 'string', default: '1000' }, idleMs: { type: 'string', default: '2000' } } })

async function startThread(sleep: DoorbellThreadJob['sleep'], sleepMs: number) {
  const workerData: DoorbellThreadJob = { bells: createDoorbells(1), words: new SharedArrayBuffer(64), sleep, sleepMs }
  const worker = new Worker(new URL(`./doorbell-thread${extname(import.meta.url)}`, import.meta.url), { workerData })
  await once(worker, 'message')
  return { worker, bell: new Doorbell(workerData.bells, 0), words: new Int32Array(workerData.words) }
}

async function latency(sleep: DoorbellThreadJob['sleep'], wakes: number): Promise<number[]> {
  const { worker, bell, words } = await startThread(sleep, 1000)
  const micros: number[] = []
  for (let i = 1; i <= wakes; i++) {
    Atomics.wait(words, 2, 0, 0.3)
    const began = performance.now()
    Atomics.store(words, 0, i)
    bell.ring()
    while (Atomics.load(words, 1) !== i) {
      // Spins, so that only the other thread's waking is measured.
    }
    micros.push((performance.now() - began) * 1000)
  }
  await worker.terminate()
  return micros
}

async function idle(sleep: DoorbellThreadJob['sleep'] | undefined, sleepMs: number): Promise<number> {
  const thread = sleep === undefined ? undefined : await startThread(sleep, sleepMs)
  await delay(200)
  const [before, began] = [process.cpuUsage(), performance.now()]
  await delay(Number(values.idleMs))
  const used = process.cpuUsage(before)
  const share = (used.user + used.system) / 1000 / (performance.now() - began)
  await thread?.worker.terminate()
  return share * 100
}

async function costs(): Promise<void> {
  const bell = new Doorbell(createDoorbells(1), 0)
  const bench = new Bench({ time: 200, warmupTime: 100 })
  const nothing = (): boolean => false
  bench.add('ring(), the owner awake, rung before', () => {
    for (let i = 0; i < 1000; i++) bell.ring()
  })
  bench.add('ring() and sleep(), the owner awake', () => {
    for (let i = 0; i < 1000; i++) {
      bell.ring()
      bell.sleep(nothing, 1000)
    }
  })
  await bench.run()
  for (const { name, result } of bench.tasks) {
    if (result.state !== 'completed') throw new Error(`${name}: ${result.state}`)
    console.log(`  ${name.padEnd(40)} ${(result.latency.p50 * 1000).toFixed(0).padStart(4)} ns`)
  }
}

console.log('calls')
await costs()
console.log('wake-up, microseconds')
const micros = { sleep: [] as number[], sleepAsync: [] as number[] }
for (let round = 0; round < 4; round++) {
  for (const sleep of ['sleep', 'sleepAsync'] as const) micros[sleep].push(...(await latency(sleep, Number(values.wakes) / 4)))
}
for (const [sleep, all] of Object.entries(micros)) {
  all.sort((a, b) => a - b)
  const at = (share: number): string => all[Math.min(all.length - 1, Math.floor(all.length * share))]!.toFixed(1).padStart(7)
  console.log(`  ${sleep.padEnd(12)} median ${at(0.5)}  p90 ${at(0.9)}  p99 ${at(0.99)}`)
}
console.log('processor time while idle, percent of one core')
for (const [sleep, ms] of [
  [undefined, 0],
  ['sleep', 1000],
  ['sleep', 10],
  ['sleepAsync', 1000],
  ['sleepAsync', 10],
] as const) {
  console.log(
    `  ${(sleep === undefined ? 'no second thread' : `${sleep}, at most ${ms} ms`).padEnd(26)} ${(await idle(sleep, ms)).toFixed(2)}`,
  )
}
