import { extname } from 'node:path'
import { CHECKPOINT_INTERVAL_MS_DEFAULT } from '../src/limits.ts'
import { launch } from '../src/index.ts'
import type { Job, Stream } from '../src/index.ts'
import type { Order, Report } from './harness/protocol.ts'
import { nowMs } from './jobs/made-clock.ts'
import type { TimedCheck } from './jobs/row-check.ts'
import type { QueryName } from './loops/registry.ts'

type QueryJob = Job<unknown, { readonly result: Stream<{ check: TimedCheck }> }>

/** Runs a query's job with the options that millrace ships, but for the number of workers. */
export async function runJob(order: Order, query: QueryName): Promise<Report> {
  const { default: job } = (await import(new URL('jobs/' + query + extname(import.meta.url), import.meta.url).href)) as {
    default: QueryJob
  }
  const calledAtMs = nowMs()
  const run = await launch(job, { workers: order.workers, config: { seed: order.seed, count: order.count } })
  const [row] = await run.outlet('result').collect()
  await run.done
  if (row === undefined) throw new Error(`the job of ${query} gave no result`)
  const { checksum, rows, characters, firstMadeAtMs, endedAtMs } = row.check
  return {
    events: order.count,
    seconds: (endedAtMs - firstMadeAtMs) / 1000,
    startupMs: firstMadeAtMs - calledAtMs,
    checksum,
    rows,
    ...(query === 'q0' && { characters }),
    checkpointIntervalMs: CHECKPOINT_INTERVAL_MS_DEFAULT,
  }
}
