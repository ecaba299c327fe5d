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
import { type SimulateOptions, type SimulatedRun, simulate as simulateOnce } from './simulate.ts'
import { type SimulateSeedsOptions, type SimulatedSeeds, simulateSeeds } from './simulate-seeds.ts'

export type { KitView } from './kit/kit-compare.ts'
export type { KitBuilt, KitContext, KitInputOptions, KitOutlets } from './kit/kit-job.ts'
export type { KitOutput } from './kit/kit-outlets.ts'
export { type KitOptions, type KitResult, latestByKey, operatorKit } from './kit/operator-kit.ts'
export type { Step, StepTarget } from './kit/script.ts'
export { type SinkKitContext, type SinkKitOptions, type SinkKitResult, type SinkUnderTest, sinkKit } from './sink-kit/sink-kit.ts'
export { type SourceKitOptions, type SourceKitResult, type SourceUnderTest, sourceKit } from './source-kit/source-kit.ts'
export { SimulatedDisk } from '../host/simulation-host/simulated-storage.ts'
export { seedFromEnvironment, seeds } from './seeds.ts'
export { type FaultCounts, type FaultKind, type FaultOptions, FAULT_KINDS } from '../host/simulation-host/faults.ts'
export type { SimulateOptions, SimulatedRun } from './simulate.ts'
export type { SimulateSeedsOptions, SimulatedSeeds } from './simulate-seeds.ts'

/**
 * Runs a job once for each of many seeds, while faults happen: operators throw, threads end, the process is killed and begun anew with another number of
 * workers, disks are full or slow, sinks stand still, clocks jump. Whatever happens, each outlet must commit the same records, each once.
 *
 * @param inputs by inlet, what is pushed into it
 * @throws MillraceError MR_SIMULATION_FAILED, with the seed and the last steps, when a record was lost, repeated or is another one; what the first form throws
 */
export function simulate<C, O extends Outlets>(
  job: Job<C, O>,
  inputs: Readonly<Record<string, readonly unknown[]>>,
  options: SimulateSeedsOptions<O>,
): Promise<SimulatedSeeds>
/**
 * Runs a job on this thread, under virtual time and a schedule that a seed decides: workers, control, storage and app thread take turns,
 * messages between them take their time, and readers are slow at times. It is the engine that launch() runs, so what goes wrong under
 * some seed may go wrong under threads; the seed brings it back.
 *
 * The threads of a simulated run share one instance of every module: variables of the job's module are shared as well. Sources that wait
 * for the outside world (files, async iterables, timers) work, but when their input comes is not decided by the seed.
 *
 * @throws the error that ended the run, its message with the seed; MillraceError MR_SIMULATION_FAILED when the run does not end, or when
 *   a law of the engine was broken: credits, attempts, watermarks, lost wake-ups, order of checkpoints
 */
export function simulate<C, O extends Outlets>(job: Job<C, O>, options?: SimulateOptions): Promise<SimulatedRun<O>>
export function simulate(
  job: Job,
  first: SimulateOptions | Readonly<Record<string, readonly unknown[]>> = {},
  many?: SimulateSeedsOptions,
): Promise<SimulatedRun | SimulatedSeeds> {
  return many === undefined ? simulateOnce(job, first) : simulateSeeds(job, first as Readonly<Record<string, readonly unknown[]>>, many)
}

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
  return (await simulateOnce(job, { ...options, inputs })).outlets
}
