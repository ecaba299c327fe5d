/** Prints how much anonymous memory the process has (the files of LMDB that are mapped do not count), while a large state is made and read again. */
import { readFileSync } from 'node:fs'
import { launch } from '../../../src/index.ts'
import job, { type LargeConfig } from './jobs/large-job.ts'

const config = JSON.parse(process.argv[2]!) as LargeConfig
const cacheBytes = Number(process.argv[3])
const run = await launch(job, {
  workers: 2,
  // The end never comes, and with it the last checkpoint, which has all of the state.
  config: { ...config, rounds: 1000 * config.rounds },
  backend: { type: 'lmdb', cacheBytes },
  checkpointIntervalMs: Infinity,
  batchRecords: 256,
  resourceLimits: { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 24 },
})
const rows = config.keys * config.rounds
let told = 0
for await (const _ of run.outlet('told')) {
  told++
  const anonymousKiB = Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))![1])
  const isLast = told * 1000 >= rows
  process.stdout.write(`${JSON.stringify({ share: (told * 1000) / rows, mib: anonymousKiB / 1024 })}\n`, () => {
    if (isLast) process.kill(process.pid, 'SIGKILL')
  })
}
