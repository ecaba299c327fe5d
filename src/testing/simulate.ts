import { loadOperators } from '../../actors/registry.ts'
import type { BadRecords } from '../actor/record-guard.ts'
import { type LaunchOptions, checkOptions } from '../app/launch-options.ts'
import { reviveError } from '../core/failure.ts'
import { MillraceError } from '../errors.ts'
import type { Job, OutletRecord, Outlets } from '../graph/job.ts'
import { SimulatedDisk } from '../host/simulation-host/simulated-storage.ts'
import { Simulation } from '../host/simulation-host/simulation.ts'
import { SimulationHost } from '../host/simulation-host/simulation-host.ts'
import { SIMULATION_RING_BYTES_DEFAULT, SIMULATION_STEPS_MAX_DEFAULT } from '../limits.ts'
import { canGenerate } from '../state/generated-code.ts'
import { seedFromEnvironment } from './seeds.ts'

type EngineSettings = Omit<LaunchOptions, 'stateDir' | 'fresh' | 'signal' | 'resourceLimits' | 'captureDir' | 'freezeRecords'>

/** Options of {@link simulate}: those of launch() that make sense without threads, and these. `workers` is 2 and `ringBytes` 64 KiB unless given; records are always frozen. */
export interface SimulateOptions extends EngineSettings {
  /** Decides the schedule and every delay. Default: MILLRACE_SEED of the environment, else a random one. */
  readonly seed?: number | string
  /** By inlet, what is pushed into it; an inlet ends after its last record. Inlets that are not named get none. */
  readonly inputs?: Readonly<Record<string, readonly unknown[]>>
  /** Stops the run, as run.stop() does, after so much virtual time. Default: it runs to the end of its input. */
  readonly stop?: { readonly afterMs: number; readonly drain?: boolean }
  /** Steps of the schedule after which the run counts as endless. Default 5,000,000. */
  readonly maxSteps?: number
  /** Complete checkpoints of an earlier run to go on from; what this run commits is added. Default: an empty one. */
  readonly disk?: SimulatedDisk
  /** Is told every step and frame, a line each. */
  readonly onTrace?: (line: string) => void
}

export interface SimulatedRun<O extends Outlets = Outlets> {
  /** By outlet, its records in the order in which they arrived. After a restart records come again, as from an outlet of a real run. */
  readonly outlets: { readonly [N in keyof O]: OutletRecord<O[N]>[] }
  readonly outcome: 'finished' | 'stopped'
  readonly restarts: number
  /** Of a job with `onError` policies: what each operator that has one did about bad records. */
  readonly badRecords?: readonly BadRecords[]
  /** Ids of complete checkpoints. */
  readonly checkpoints: readonly number[]
  readonly virtualMs: number
  readonly steps: number
  /** Equal for equal seeds: covers the schedule and the header of every frame that was delivered. */
  readonly traceHash: string
  readonly seed: number | string
}

/**
 * Runs a job on this thread, under virtual time and a schedule that a seed decides: workers, control, storage and app thread take turns,
 * messages between them take their time, and readers are slow at times. It is the engine that launch() runs, so what goes wrong under
 * some seed may go wrong under threads; the seed brings it back.
 *
 * The threads of a simulated run share one instance of every module: variables of the job's module are shared as well. Sources that wait
 * for the outside world (files, async iterables, timers) work, but when their input comes is not decided by the seed.
 *
 * @throws the error that ended the run, its message with the seed; MillraceError MR_SIMULATION_FAILED when the run does not end, or when
 *   a law of the engine was broken: credits, attempts, lost wake-ups, order of checkpoints
 */
export async function simulate<C, O extends Outlets>(job: Job<C, O>, options: SimulateOptions = {}): Promise<SimulatedRun<O>> {
  const {
    seed = seedFromEnvironment() ?? randomSeed(),
    inputs = {},
    stop,
    maxSteps = SIMULATION_STEPS_MAX_DEFAULT,
    disk,
    onTrace,
    ...launching
  } = options
  const checked = checkOptions({
    ...launching,
    workers: launching.workers ?? 2,
    ringBytes: launching.ringBytes ?? SIMULATION_RING_BYTES_DEFAULT,
    freezeRecords: true,
  })
  const simulation = new Simulation(seed, maxSteps, onTrace ?? null)
  let host: SimulationHost | null = null
  try {
    const config = cloned(options.config)
    const settings = {
      job: job as Job,
      config,
      options: checked,
      inputs,
      registry: await loadOperators(),
      generateCode: canGenerate(),
      disk: disk ?? new SimulatedDisk(),
    }
    const running = (host = await SimulationHost.create(simulation, settings))
    running.start()
    if (stop !== undefined) simulation.after(stop.afterMs, 'stop', () => running.stop(stop.drain ?? false))
    await simulation.run(() => running.appThread.end !== null)
    return resultOf(simulation, running)
  } catch (error) {
    throw withSeed(error, seed)
  } finally {
    await host?.close()
  }
}

function resultOf<O extends Outlets>(simulation: Simulation, { appThread }: SimulationHost): SimulatedRun<O> {
  const end = appThread.end!
  if (end.outcome === 'failed') throw reviveError(end.failure)
  return {
    outlets: Object.fromEntries(appThread.collected) as SimulatedRun<O>['outlets'],
    outcome: end.outcome,
    restarts: appThread.restarts,
    ...(end.badRecords && { badRecords: end.badRecords }),
    checkpoints: appThread.checkpoints,
    virtualMs: simulation.clock.elapsedMs,
    steps: simulation.steps,
    traceHash: simulation.trace.hash,
    seed: simulation.seed,
  }
}

/** Threads would get a copy of it. */
function cloned(config: unknown): unknown {
  try {
    return structuredClone(config)
  } catch (cause) {
    throw new MillraceError('MR_CONFIG_INVALID', `config cannot be sent to threads: ${(cause as Error).message}`, { cause })
  }
}

function withSeed(error: unknown, seed: number | string): unknown {
  if (error instanceof Error) error.message += `\n[simulated with seed ${seed}; MILLRACE_SEED=${seed} replays it]`
  return error
}

function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 32)
}
