/**
 * What idle actors cost: `node dist/bench/micro/actors.js [actors]`. Time to start them, bytes of V8 heap of each (garbage collected; against a job with ten), and processor time of all of them over
 * five seconds. Once with source and sink in one actor, once with two actors of two tasks.
 */
import { launch } from '../../src/index.ts'
import job from '../jobs/idle-chains.ts'

const ACTORS = Number(process.argv[2] ?? 10_000)
const SECONDS = 5

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function heapBytes(idle: number, chaining: 'on' | 'off'): Promise<number> {
  const run = await launch(job, { workers: 2, chaining, checkpointIntervalMs: 1e9, config: { idle, collects: true } })
  await wait(4_000)
  const { workers } = await run.stats()
  await run.stop()
  return workers.reduce((sum, worker) => sum + worker.heapBytes, 0)
}

for (const [chaining, per] of [
  ['on', 1],
  ['off', 2],
] as const) {
  const bytes = ((await heapBytes(ACTORS / per, chaining)) - (await heapBytes(10, chaining))) / (ACTORS - 10 * per)
  const fromMs = performance.now()
  const run = await launch(job, { workers: 2, chaining, config: { idle: ACTORS / per, collects: false } })
  const startMs = performance.now() - fromMs
  await wait(6_000)
  const before = process.cpuUsage()
  await wait(1000 * SECONDS)
  const { user, system } = process.cpuUsage(before)
  await run.stop()
  const idlePercent = (user + system) / 1e4 / SECONDS
  console.log(
    `${ACTORS} actors, ${per === 1 ? 'source and sink in each' : 'two tasks'}: ${bytes.toFixed(0)} bytes an actor (bar: <= 4096), idle ${idlePercent.toFixed(2)} % of a core, started in ${startMs.toFixed(0)} ms`,
  )
}
