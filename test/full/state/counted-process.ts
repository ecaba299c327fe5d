import { launch } from '../../../src/index.ts'
import job, { type CountedConfig } from './jobs/counted-job.ts'

const [, , stateDir, workers, config, backend] = process.argv
const run = await launch(job, {
  workers: Number(workers),
  stateDir: stateDir!,
  config: JSON.parse(config!) as CountedConfig,
  backend: JSON.parse(backend!) as 'memory',
  checkpointIntervalMs: 50,
  batchRecords: 128,
})
run.onNotice(({ type }) => process.stdout.write(`${JSON.stringify({ notice: type })}\n`))
for await (const counted of run.outlet('counted')) process.stdout.write(`${JSON.stringify({ counted })}\n`)
await run.done
process.stdout.write(`${JSON.stringify({ done: true })}\n`)
