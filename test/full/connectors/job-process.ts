/** Runs one of the jobs beside it until it ends or is killed; tells of its checkpoints, and how it ended. */
import { inspect } from 'node:util'
import { type Job, launch } from '../../../src/index.ts'

async function main(): Promise<string> {
  const [, , name, stateDir, workers, config, intervalMs] = process.argv
  const { default: job } = (await import(`./jobs/${name}.js`)) as { default: Job }
  const run = await launch(job, {
    workers: Number(workers),
    stateDir: stateDir!,
    config: JSON.parse(config!) as object,
    checkpointIntervalMs: Number(intervalMs),
  })
  process.send?.('started')
  run.onNotice(({ type }) => process.send?.(type))
  process.on('message', (message: string) => message === 'drain' && void run.stop({ drain: true }))
  return (await run.done).outcome
}

const told = await main().catch((error: unknown) => `failed: ${inspect(error, { depth: 10 })}`)
process.send?.(told)
process.disconnect?.()
