import { type Job, launch } from '../../../src/index.ts'

const [, , name, stateDir, workers, config, backend] = process.argv
const { default: job } = (await import(`./jobs/${name}.js`)) as { default: Job }
const run = await launch(job, {
  workers: Number(workers),
  stateDir: stateDir!,
  config: JSON.parse(config!) as object,
  backend: JSON.parse(backend!) as 'memory',
  checkpointIntervalMs: 50,
  batchRecords: 128,
})
run.onNotice(({ type }) => process.stdout.write(`${JSON.stringify({ notice: type })}\n`))
async function print(outlet: string): Promise<void> {
  for await (const record of run.outlet(outlet)) process.stdout.write(`${JSON.stringify({ outlet, record })}\n`)
}
await Promise.all((JSON.parse(process.argv[7]!) as string[]).map(print))
await run.done
process.stdout.write(`${JSON.stringify({ done: true })}\n`)
