/** What an idle run costs: `node dist/bench/micro/idle.js`. Processor time over some seconds, and memory above bare Node. */
import { launch } from '../../src/index.ts'
import job from '../jobs/idle-inlet.ts'

const SECONDS = 10
const bareBytes = process.memoryUsage.rss()
const run = await launch(job, { workers: 2 })
await run.inlet<number>('numbers').push(1)
// V8 collects garbage of the start for some seconds.
await new Promise((resolve) => setTimeout(resolve, 15_000))
const before = process.cpuUsage()
await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000))
const { user, system } = process.cpuUsage(before)
const percent = (user + system) / 1e4 / SECONDS
console.log(`idle: ${percent.toFixed(2)} % of a core over ${SECONDS} s, with the shipped checkpoint interval`)
console.log(
  `memory: ${((process.memoryUsage.rss() - bareBytes) / 2 ** 20).toFixed(0)} MiB above Node with the modules loaded (bar: <= 120 MB)`,
)
await run.stop()
