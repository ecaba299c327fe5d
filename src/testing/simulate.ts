import { loadOperators } from '../../actors/registry.ts'
import type { BadRecords } from '../actor/record-guard.ts'
import { type CheckedOptions, type LaunchOptions, type LaunchSettings, checkOptions } from '../app/launch-options.ts'
import type { RunEnd } from '../control/master-host.ts'
import { reviveError } from '../core/failure.ts'
import { MillraceError } from '../errors.ts'
import type { Job, OutletRecord, Outlets } from '../graph/job.ts'
import { type FaultCounts, type FaultOptions, Faults, checkFaults } from '../host/simulation-host/faults.ts'
import { SimulatedDisk } from '../host/simulation-host/simulated-storage.ts'
import { Simulation } from '../host/simulation-host/simulation.ts'
import { type SimulatedJob, SimulationHost } from '../host/simulation-host/simulation-host.ts'
import { SIMULATION_PROCESSES_MAX, SIMULATION_RING_BYTES_DEFAULT, SIMULATION_STEPS_MAX_DEFAULT, WORKERS_MAX } from '../limits.ts'
import { canGenerate } from '../state/generated-code.ts'
import { seedFromEnvironment } from './seeds.ts'

type EngineSettings = Omit<
  LaunchOptions,
  'stateDir' | 'fresh' | 'from' | 'checkpointsRetained' | 'signal' | 'resourceLimits' | 'captureDir' | 'freezeRecords'
>

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
  /**
   * What goes wrong, as the seed decides: see {@link FaultOptions}. Then a run may go through several processes, each with a number of workers of its
   * own and a checkpoint every 1 to 100 ms unless you say otherwise; outlets are written to the disk, so that their records are those that were committed: each exactly
   * once, whatever happens. Whoever fills the inlets goes on, after the end of a process, where the checkpoint says.
   */
  readonly faults?: FaultOptions
  /** Is told every step and frame, a line each. */
  readonly onTrace?: (line: string) => void
}

export interface SimulatedRun<O extends Outlets = Outlets> {
  /** By outlet, its records in the order in which they arrived. After a restart records come again, as from an outlet of a real run. */
  readonly outlets: { readonly [N in keyof O]: OutletRecord<O[N]>[] }
  readonly outcome: 'finished' | 'stopped'
  readonly restarts: number
  /** Restarts of single actors, with `restart: { scope: 'actor' }`. */
  readonly actorRestarts: number
  /** Of a job with `onError` policies: what each operator that has one did about bad records. */
  readonly badRecords?: readonly BadRecords[]
  /** Ids of complete checkpoints. */
  readonly checkpoints: readonly number[]
  readonly virtualMs: number
  readonly steps: number
  /** Equal for equal seeds: covers the schedule and the header of every frame that was delivered. */
  readonly traceHash: string
  readonly seed: number | string
  /** With `faults`: how many of each kind happened, and how many processes the run went through. */
  readonly faults?: FaultCounts
  readonly processes?: number
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
  return simulateOne(job as Job, options) as Promise<SimulatedRun<O>>
}

/**
 * @param watch is given the disk before anything is written to it
 * @param moments steps of the schedule that faults wait for; null: as chance has it
 */
export async function simulateOne(
  job: Job,
  options: SimulateOptions,
  watch?: (disk: SimulatedDisk, simulation: Simulation) => void,
  moments: readonly RegExp[] | null = null,
): Promise<SimulatedRun> {
  const { seed = seedFromEnvironment() ?? randomSeed(), maxSteps = SIMULATION_STEPS_MAX_DEFAULT, onTrace } = options
  const counts = checkFaults(options.faults)
  const simulation = new Simulation(seed, maxSteps, onTrace ?? null)
  const disk = options.disk ?? new SimulatedDisk()
  const faults = new Faults(simulation, counts, moments)
  watch?.(disk, simulation)
  const shared = {
    job,
    config: cloned(options.config),
    inputs: options.inputs ?? {},
    registry: await loadOperators(),
    generateCode: canGenerate(),
    disk,
    faults,
  }
  const lives = { restarts: 0, actorRestarts: 0, checkpoints: [] as number[], processes: 0 }
  try {
    for (;;) {
      const life = {
        ...shared,
        options: optionsOf(job, options, simulation, lives.processes),
        commitsOutlets: options.faults !== undefined,
        resumes: lives.processes > 0,
      }
      const end = await live(simulation, life, options.stop, lives)
      // Killed behind its last word, which the next launch would take for that of an earlier run.
      const done = end === null && disk.manifests.at(-1)?.status === 'finished'
      if (done || (end !== null && !isRelaunched(end, faults)))
        return resultOf(simulation, end ?? FINISHED, lives, options.faults === undefined ? null : faults, disk)
      if (lives.processes >= SIMULATION_PROCESSES_MAX)
        throw new MillraceError('MR_SIMULATION_FAILED', `The run did not end within ${lives.processes} processes`)
      disk.outputs.crash(simulation.fork(`crash ${lives.processes}`))
      if (faults.damages) disk.damage(simulation.fork(`damage ${lives.processes}`))
    }
  } catch (error) {
    throw withSeed(error, seed)
  }
}

interface Lives {
  restarts: number
  actorRestarts: number
  readonly checkpoints: number[]
  processes: number
}

interface End {
  readonly end: RunEnd
  readonly collected: ReadonlyMap<string, unknown[]>
}

const FINISHED: End = { end: { outcome: 'finished' }, collected: new Map() }

/** One process. Null when it was killed. */
async function live(simulation: Simulation, settings: SimulatedJob, stop: SimulateOptions['stop'], lives: Lives): Promise<End | null> {
  const host = await SimulationHost.create(simulation, settings)
  try {
    lives.processes++
    host.start()
    if (stop !== undefined) simulation.after(stop.afterMs, 'stop', () => host.stop(stop.drain ?? false))
    await simulation.run(() => settings.faults.killed || host.appThread.end !== null)
    lives.restarts += host.appThread.restarts
    lives.actorRestarts += host.appThread.actorRestarts
    lives.checkpoints.push(...host.appThread.checkpoints)
    return settings.faults.killed ? null : { end: host.appThread.end!, collected: host.appThread.collected }
  } finally {
    simulation.endProcess()
    await host.close()
  }
}

/** A simulation is the same on every machine: each worker has a core. */
const MACHINE = { cores: WORKERS_MAX, heapBytes: Infinity }

/** With faults each process has another number of workers, and the first one draws what was not said. */
function optionsOf(job: Job, options: SimulateOptions, simulation: Simulation, process: number): CheckedOptions {
  const { seed: _seed, inputs: _inputs, stop: _stop, maxSteps: _steps, disk: _disk, faults, onTrace: _trace, ...launching } = options
  const faulty = faults === undefined ? {} : faultyOptions({ ...job.checkpoints, ...options }, simulation, process)
  return checkOptions(
    {
      ...launching,
      ...faulty,
      workers: faulty.workers ?? launching.workers ?? 2,
      ringBytes: launching.ringBytes ?? SIMULATION_RING_BYTES_DEFAULT,
      freezeRecords: true,
    },
    job,
    () => MACHINE,
  )
}

function faultyOptions(
  { workers, checkpointIntervalMs, restart }: SimulateOptions,
  simulation: Simulation,
  process: number,
): LaunchSettings {
  const drawn = 1 + simulation.fork(`workers ${process}`).nextInt(4)
  const often = [1, 5, 20, 100][simulation.fork('checkpoints').nextInt(4)]!
  return {
    workers: process === 0 ? (workers ?? drawn) : drawn,
    checkpointIntervalMs: checkpointIntervalMs ?? often,
    restart: restart ?? { maxRestarts: 1000, backoff: { minMs: 0, maxMs: 20 } },
  }
}

/** A full disk ends a run that cannot commit its last checkpoint. Its owner launches it again. */
function isRelaunched({ end }: End, { happened }: Faults): boolean {
  return end.outcome === 'failed' && end.failure.code === 'MR_CHECKPOINT_FAILED' && happened['disk-full'] + happened['slow-disk'] > 0
}

function resultOf(simulation: Simulation, { end, collected }: End, lives: Lives, faults: Faults | null, disk: SimulatedDisk): SimulatedRun {
  if (end.outcome === 'failed') throw reviveError(end.failure)
  const outlets = faults === null ? collected : disk.outputs.committed
  return {
    outlets: Object.fromEntries(outlets),
    outcome: end.outcome,
    restarts: lives.restarts,
    actorRestarts: lives.actorRestarts,
    ...(end.badRecords && { badRecords: end.badRecords }),
    checkpoints: lives.checkpoints,
    virtualMs: simulation.clock.elapsedMs,
    steps: simulation.steps,
    traceHash: simulation.trace.hash,
    seed: simulation.seed,
    ...(faults && { faults: { ...faults.happened }, processes: lives.processes }),
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
