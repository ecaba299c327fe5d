/**
 * Micro-benchmarks of the worker's loop: `node dist/bench/micro/loop.js`.
 * A busy actor beside 1 to 10,000 idle ones: a batch should cost the same. Then the set of ready actors alone, against a scan.
 */
import { Bench } from 'tinybench'
import type { Job } from '../../src/index.ts'
import { ReadySet } from '../../src/worker/ready-set.ts'
import idleActors from '../jobs/idle-actors.ts'
import { inProcessWorker } from './in-process-worker.ts'

const IDLE = [1, 10, 100, 1000, 10_000]
const SECONDS_EACH = 0.5

for (const idle of IDLE) {
  const before = process.memoryUsage()
  const { runtime, stop } = await inProcessWorker(idleActors as Job, { idle, count: Number.MAX_SAFE_INTEGER })
  // First turns start every source.
  for (let i = 0; i < 200; i++) runtime.turn(1.5)
  const busy = [...runtime.actors][0]!
  const recordsBefore = busy.recordsIn
  const startMs = performance.now()
  while (performance.now() - startMs < SECONDS_EACH * 1000) runtime.turn(1.5)
  const batches = (busy.recordsIn - recordsBefore) / 1024
  const usPerBatch = ((performance.now() - startMs) * 1000) / batches
  const after = process.memoryUsage()
  const bytesPerActor = (after.heapUsed + after.external - before.heapUsed - before.external) / (idle + 2)
  console.log(
    `busy actor beside ${String(idle).padStart(6)} idle: ${usPerBatch.toFixed(2)} us a batch of 1,024, about ${(bytesPerActor / 1024).toFixed(1)} KiB an actor`,
  )
  await stop()
}

const bench = new Bench({ time: 300 })
for (const actors of [100, 10_000]) {
  const ready = new ReadySet(actors)
  const flags = new Uint8Array(actors)
  let last = 0
  bench.add(`ready set of ${actors}: add one, find it, take it out`, () => {
    last = (last * 16807 + 1) % actors
    ready.add(last)
    ready.delete(ready.next())
  })
  bench.add(`scan of ${actors} flags for one`, () => {
    last = (last * 16807 + 1) % actors
    flags[last] = 1
    flags[flags.indexOf(1)] = 0
  })
}
await bench.run()
console.table(
  bench.tasks.map(({ name, result }) => ({
    case: name,
    ns: result !== undefined && 'latency' in result ? (result.latency.p50 * 1e6).toFixed(0) : 'failed',
  })),
)
