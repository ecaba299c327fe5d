/**
 * `millrace/testing`: runs jobs in a test, without threads, without waiting, again and again in the same way.
 *
 * @example
 * ```ts
 * const { perShop } = await runToEnd(orders, { orders: [{ shop: 'a', cents: 5 }, { shop: 'a', cents: 7 }] })
 * expect(perShop).toEqual([{ key: 'a', sum: 12 }])
 *
 * for (const seed of seeds(100)) {
 *   const run = await simulate(orders, { seed, workers: 3, inputs: { orders: many }, checkpointIntervalMs: 5 })
 *   expect(total(run.outlets.perShop)).toBe(expected)
 * }
 * ```
 *
 * @module
 */
import type { Job, Outlets } from '../graph/job.ts'
import { type SimulateOptions, type SimulatedRun, simulate } from './simulate.ts'

export type { KitView } from './kit/kit-compare.ts'
export type { KitBuilt, KitContext, KitInputOptions, KitOutlets } from './kit/kit-job.ts'
export type { KitOutput } from './kit/kit-outlets.ts'
export { type KitOptions, type KitResult, latestByKey, operatorKit } from './kit/operator-kit.ts'
export type { Step, StepTarget } from './kit/script.ts'
export { SimulatedDisk } from '../host/simulation-host/simulated-storage.ts'
export { seeds } from './seeds.ts'
export { simulate, type SimulateOptions, type SimulatedRun } from './simulate.ts'

/**
 * Runs a job to the end of its inputs and returns the records of its outlets, by name.
 *
 * @param inputs by inlet, what is pushed into it
 * @throws what {@link simulate} throws
 */
export async function runToEnd<C, O extends Outlets>(
  job: Job<C, O>,
  inputs: Readonly<Record<string, readonly unknown[]>> = {},
  options: Omit<SimulateOptions, 'inputs'> = {},
): Promise<SimulatedRun<O>['outlets']> {
  return (await simulate(job, { ...options, inputs })).outlets
}
