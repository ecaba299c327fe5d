import type { Job, LaunchOptions } from '../../src/index.ts'
import { launch } from '../../src/index.ts'
import { simulate } from '../../src/testing/index.ts'
import { isFullTier } from '../tier.ts'

/** Records by outlet. */
export type Collected = Readonly<Record<string, unknown[]>>

/**
 * Runs a job to its end: in simulation in the first tier, on threads in the second. For what threads do not change; a launch costs half a second of
 * processor time, a simulated run next to nothing.
 *
 * @throws what the run fails with
 */
export function runToItsEnd(job: Job, options: LaunchOptions): Promise<Collected> {
  return isFullTier ? onThreads(job, options) : inSimulation(job, options)
}

export async function inSimulation(job: Job, { freezeRecords: _, ...options }: LaunchOptions): Promise<Collected> {
  return (await simulate(job, { ...options, seed: 1 })).outlets
}

/** Readers are told what ends the run, as `done` is. */
export async function onThreads(job: Job, options: LaunchOptions): Promise<Collected> {
  const run = await launch(job, options)
  const { nodes } = await job.buildGraph(options.config)
  const names = nodes.filter(({ kind }) => kind === 'outlet').map(({ spec }) => String(spec['outlet']))
  const [done, ...read] = await Promise.allSettled([run.done, ...names.map((name) => run.outlet(name).collect())])
  const told = [done, ...read].map((settled) => (settled.status === 'rejected' ? (settled.reason as unknown) : null))
  if (told.some((reason) => reason !== told[0])) throw new Error(`readers were told otherwise than done: ${told.join('; ')}`)
  if (done.status === 'rejected') throw done.reason
  return Object.fromEntries(names.map((name, i) => [name, (read[i] as PromiseFulfilledResult<unknown[]>).value]))
}
