/** Runs one of the jobs beside it until it ends or is killed; tells of its checkpoints. */
import { type Job, launch } from '../../../src/index.ts'

const [, , name, stateDir, workers, config] = process.argv
const { default: job } = (await import(`./jobs/${name}.js`)) as { default: Job }
const run = await launch(job, {
  workers: Number(workers),
  stateDir: stateDir!,
  config: JSON.parse(config!) as object,
  checkpointIntervalMs: 30,
})
process.send?.('started')
run.onNotice(({ type }) => process.send?.(type))
process.on('message', (message: string) => message === 'drain' && void run.stop({ drain: true }))
const { outcome } = await run.done
process.send?.(outcome)
process.disconnect?.()
