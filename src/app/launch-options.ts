import { RETAINED_BYTES_DEFAULT } from '../actor/replay-limits.ts'
import { type OptionNames, onlyKnown } from '../core/known-options.ts'
import { refuseOption } from '../core/refuse-option.ts'
import { availableParallelism } from 'node:os'
import { type ChildSpecOptions, childSpec } from '../supervision/child-spec.ts'
import {
  BATCH_RECORDS_DEFAULT,
  BATCH_RECORDS_MAX,
  CHECKPOINT_EVERY_RECORDS_MAX,
  CHECKPOINT_INTERVAL_MS_DEFAULT,
  CHECKPOINT_TIMEOUT_MS_DEFAULT,
  CHECKPOINTS_RETAINED_DEFAULT,
  CHECKPOINTS_RETAINED_MAX,
  KEY_GROUPS_DEFAULT,
  LINGER_MS_DEFAULT,
  MAILBOX_BYTES_DEFAULT,
  RING_BYTES_DEFAULT,
  RING_BYTES_MAX,
  RING_BYTES_MIN,
  TIMER_MS_MAX,
  WORKERS_MAX,
} from '../limits.ts'
import type { EntryOptions } from './thread-entries.ts'
import { CHECKPOINT_OPTIONS, type CheckpointSettings, checkpointSettings } from '../graph/checkpoint-settings.ts'
import { type BackendOption, checkBackend } from '../graph/state-backend.ts'
import { type Machine, type PlacementOption, type PlacementSettings, placementSettings } from '../graph/placement-settings.ts'
import { type CheckedPlacement, type ResourceLimits, checkLimits, checkedPlacement } from '../schedule/settings.ts'
import type { EngineOptions, JobPriority } from '../worker/deployment.ts'
import { MAILBOX_DRAIN_MS_DEFAULT } from '../worker/turn-limits.ts'
import { machineHere } from './machine.ts'
import { type RunLogger, checkLogger } from './run-logger.ts'
import type { RestartOptions } from './restart-options.ts'

/** Configuration of the job, as its schema takes it. Must be cloneable. May be left out where the schema allows it. */
export type LaunchConfig<R> = {} extends R ? { readonly config?: R } : { readonly config: R }

export type LaunchOptions<R = unknown> = LaunchSettings & LaunchConfig<R>

export interface LaunchSettings extends EntryOptions, CheckpointSettings {
  /** Worker threads. Default: the number of cores that the process may use; with `appBusy`, one less, but at least one. */
  readonly workers?: number
  /** The app thread computes much itself, so a core is left to it. Default false. */
  readonly appBusy?: boolean
  /** Directory for checkpoints. With one, the next launch goes on where this run stopped; without, a temporary one serves restarts within the run. */
  readonly stateDir?: string
  /** Begin anew, whatever the state directory holds. Default false. */
  readonly fresh?: boolean
  /**
   * Savepoint to begin with, where the state directory holds no checkpoint to go on from; with `fresh`, whatever it holds. The same launch again goes on from the
   * run's own checkpoints.
   */
  readonly from?: string
  /** State of operators that the job no longer has may be left behind; without, a checkpoint that holds some is refused. Default false. */
  readonly allowRemovedState?: boolean
  /**
   * When the newest checkpoint is damaged, an older one will do even if a sink cannot take back what it has shown since, so that records come twice. Without, such a
   * launch is refused with MR_STATE_CORRUPT; file sinks take back. Default false.
   */
  readonly allowOlderCheckpoint?: boolean
  /** How often, and after what pause, a failed job restarts: docs/fault-tolerance.md. Default: 5 times in 60 s, after 10 ms, 20 ms, ... */
  readonly restart?: RestartOptions
  /** Where operators that can choose keep their state by key, unless they say it themselves. Default: what the job says, or 'memory'. See docs/state.md. */
  readonly backend?: BackendOption
  readonly signal?: AbortSignal
  /**
   * Among the jobs that run in this process: with 'low' the job takes the processor time that others leave, but not less than a twentieth. Default 'normal'. See docs/placement.md.
   */
  readonly priority?: JobPriority
  /** By what actors are given to workers, and what the machine has for them. Default: what the job says, or 'demand'. See docs/placement.md. */
  readonly placement?: PlacementOption
  /**
   * `millrace ps`, `status`, `savepoint` and `stop` find this run and may ask it: on a socket that only the same user can reach. Default false; `millrace run` sets it. See docs/operations.md.
   */
  readonly commands?: boolean
  /** Moves actors from workers that have much to do to others that have little, while the job runs. Default false. See docs/placement.md. */
  readonly balance?: boolean
  /** A pino logger, or any with `info`, `warn` and `error`: gets a line for start, restarts, checkpoints and end. Default: none. See docs/operations.md. */
  readonly logger?: RunLogger
  /** V8 heap limits of each worker, in MB. */
  readonly resourceLimits?: Partial<ResourceLimits>
  /** 'off': one operator per actor. For tests and the curious. */
  readonly chaining?: 'on' | 'off'
  /** 'ring': encode everything, also what stays on one worker. For tests and the curious. */
  readonly transport?: 'auto' | 'ring'
  readonly codec?: 'generated' | 'interpreted'
  /** Freeze records, so that changing one throws. Default: unless NODE_ENV is 'production'. */
  readonly freezeRecords?: boolean
  readonly ringBytes?: number
  readonly mailboxBytes?: number
  /**
   * In this time an actor is to have processed what is in flight to it, so that checkpoints do not wait for long behind a slow one: the credit of its channels follows its rate. 1 or more; Infinity: always as much
   * as `mailboxBytes` allows. Default 100.
   */
  readonly mailboxDrainMs?: number
  /** Records in one batch, 1 to 4,096. Default 1,024. */
  readonly batchRecords?: number
  /** Longest time that a record waits for company in a batch or a combiner. */
  readonly lingerMs?: number
  /**
   * Measures latency: each source sends a marker behind a batch, so many ms after the last one, which the actors that it passes enter in `run.stats()`. 1 or more;
   * default: none. See docs/time.md for what the figures include.
   */
  readonly latencyMarkersMs?: number
  /** Directory into which every worker writes the frames that it receives (at most 64 MiB each), for inspection. See `readCapturedFrames`. */
  readonly captureDir?: string
  /** 1 to 32,768; fixed for the life of a state directory. */
  readonly keyGroups?: number
}

export interface CheckedOptions {
  readonly engine: EngineOptions
  readonly placement: CheckedPlacement
  readonly balance: boolean
  readonly checkpointIntervalMs: number
  readonly checkpointTimeoutMs: number
  readonly checkpointMinPauseMs: number
  readonly checkpointFailuresTolerated: number
  readonly fresh: boolean
  readonly from: string | null
  readonly checkpointsRetained: number
  readonly allowRemovedState: boolean
  readonly allowOlderCheckpoint: boolean
  readonly restart: ChildSpecOptions
  readonly commands: boolean
}

const LAUNCH_OPTIONS: OptionNames<LaunchOptions> = {
  workers: 1,
  appBusy: 1,
  config: 1,
  stateDir: 1,
  fresh: 1,
  from: 1,
  allowRemovedState: 1,
  allowOlderCheckpoint: 1,
  ...CHECKPOINT_OPTIONS,
  restart: 1,
  signal: 1,
  priority: 1,
  commands: 1,
  logger: 1,
  placement: 1,
  balance: 1,
  resourceLimits: 1,
  chaining: 1,
  workerEntry: 1,
  controlEntry: 1,
  storageEntry: 1,
  jobEntry: 1,
  transport: 1,
  codec: 1,
  freezeRecords: 1,
  ringBytes: 1,
  mailboxBytes: 1,
  mailboxDrainMs: 1,
  batchRecords: 1,
  lingerMs: 1,
  keyGroups: 1,
  latencyMarkersMs: 1,
  backend: 1,
  captureDir: 1,
}

/**
 * @param job what the job says about its checkpoints and its placement, where the options do not
 * @param here what the machine has, unless job or options say it
 * @throws MillraceError MR_OPTION_INVALID naming the option and what it may be
 */
export function checkOptions(
  given: LaunchOptions,
  job: { readonly checkpoints?: CheckpointSettings; readonly placement?: PlacementSettings } = {},
  here: () => Pick<Machine, 'cores' | 'heapBytes'> = machineHere,
): CheckedOptions {
  onlyKnown('launch', given, LAUNCH_OPTIONS)
  const options: LaunchOptions = { ...given, ...job.checkpoints, ...checkpointSettings(given) }
  const {
    stateDir,
    signal,
    checkpointIntervalMs = CHECKPOINT_INTERVAL_MS_DEFAULT,
    checkpointTimeoutMs = CHECKPOINT_TIMEOUT_MS_DEFAULT,
    checkpointMinPauseMs = 0,
    checkpointFailuresTolerated = Infinity,
  } = options
  if (stateDir !== undefined) path('stateDir', stateDir)
  checkLogger(given.logger)
  if (signal !== undefined && !(signal instanceof AbortSignal)) refuseOption('signal', signal, 'an AbortSignal')
  return {
    engine: checkEngine(options),
    placement: checkedPlacement(job.placement ?? {}, placementSettings(given.placement), checkLimits(given.resourceLimits), here),
    balance: flag('balance', options.balance === undefined ? false : options.balance),
    checkpointIntervalMs: number('checkpointIntervalMs', checkpointIntervalMs, 1, Infinity),
    checkpointTimeoutMs: number('checkpointTimeoutMs', checkpointTimeoutMs, 1, Infinity),
    checkpointMinPauseMs: number('checkpointMinPauseMs', checkpointMinPauseMs, 0, TIMER_MS_MAX),
    checkpointFailuresTolerated: integerOrInfinity('checkpointFailuresTolerated', checkpointFailuresTolerated, 0),
    fresh: flag('fresh', options.fresh === undefined ? false : options.fresh),
    checkpointsRetained: integer(
      'checkpointsRetained',
      options.checkpointsRetained ?? CHECKPOINTS_RETAINED_DEFAULT,
      2,
      CHECKPOINTS_RETAINED_MAX,
    ),
    from: options.from === undefined ? null : path('from', options.from),
    allowRemovedState: flag('allowRemovedState', options.allowRemovedState === undefined ? false : options.allowRemovedState),
    allowOlderCheckpoint: flag('allowOlderCheckpoint', options.allowOlderCheckpoint === undefined ? false : options.allowOlderCheckpoint),
    restart: checkRestart(options.restart),
    commands: flag('commands', options.commands === undefined ? false : options.commands),
  }
}

/** Only what is left out has a default: null is no value of any option. */
function checkEngine(options: LaunchOptions): EngineOptions {
  const {
    appBusy = false,
    workers = workersDefault(flag('appBusy', appBusy)),
    priority = 'normal',
    chaining = 'on',
    transport = 'auto',
    codec = 'generated',
    freezeRecords = process.env['NODE_ENV'] !== 'production',
  } = options
  const { ringBytes = RING_BYTES_DEFAULT, mailboxBytes = MAILBOX_BYTES_DEFAULT, batchRecords = BATCH_RECORDS_DEFAULT } = options
  const { lingerMs = LINGER_MS_DEFAULT, keyGroups = KEY_GROUPS_DEFAULT, latencyMarkersMs = Infinity, captureDir } = options
  const { checkpointEveryRecords = Infinity, mailboxDrainMs = MAILBOX_DRAIN_MS_DEFAULT } = options
  return {
    workers: integer('workers', workers, 1, WORKERS_MAX),
    priority: oneOf('priority', priority, ['normal', 'low']),
    chaining: oneOf('chaining', chaining, ['on', 'off']),
    transport: oneOf('transport', transport, ['auto', 'ring']),
    codec: oneOf('codec', codec, ['generated', 'interpreted']),
    freezeRecords: flag('freezeRecords', freezeRecords),
    ringBytes: powerOfTwo('ringBytes', ringBytes),
    mailboxBytes: integer('mailboxBytes', mailboxBytes, 1024, 2 ** 30),
    mailboxDrainMs: number('mailboxDrainMs', mailboxDrainMs, 1, Infinity),
    batchRecords: integer('batchRecords', batchRecords, 1, BATCH_RECORDS_MAX),
    lingerMs: number('lingerMs', lingerMs, 0, 60_000),
    checkpointEveryRecords: integerOrInfinity('checkpointEveryRecords', checkpointEveryRecords, 1),
    keyGroups: integer('keyGroups', keyGroups, 1, 32_768),
    latencyMarkersMs: number('latencyMarkersMs', latencyMarkersMs, 1, Infinity),
    backend: checkBackend(options.backend),
    threads: null,
    retainedBytes: options.restart?.scope === 'actor' ? RETAINED_BYTES_DEFAULT : 0,
    captureDir: captureDir === undefined ? null : path('captureDir', captureDir),
  }
}

function checkRestart(restart: NonNullable<LaunchOptions['restart']> = {}): ChildSpecOptions {
  onlyKnown('restart', restart, { maxRestarts: 1, periodMs: 1, backoff: 1, scope: 1 })
  const { scope = 'region', ...spec } = restart
  oneOf('restart.scope', scope, ['region', 'actor'])
  if (typeof spec.backoff !== 'number') onlyKnown('restart.backoff', spec.backoff, { minMs: 1, maxMs: 1, factor: 1, jitter: 1 })
  childSpec(spec)
  return spec
}

function path(name: string, value: string): string {
  return typeof value === 'string' && value !== '' ? value : refuseOption(name, value, 'a path')
}

function workersDefault(appBusy: boolean): number {
  return Math.min(WORKERS_MAX, Math.max(1, availableParallelism() - (appBusy ? 1 : 0)))
}

function number(name: string, value: number, min: number, max: number): number {
  if (typeof value !== 'number' || !(value >= min && value <= max)) refuseOption(name, value, `a number from ${min} to ${max}`)
  return value
}

function integer(name: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value)) refuseOption(name, value, `an integer from ${min} to ${max}`)
  return number(name, value, min, max)
}

function integerOrInfinity(name: string, value: number, min: number): number {
  return value === Infinity ? value : integer(name, value, min, CHECKPOINT_EVERY_RECORDS_MAX)
}

function powerOfTwo(name: string, value: number): number {
  integer(name, value, RING_BYTES_MIN, RING_BYTES_MAX)
  if ((value & (value - 1)) !== 0) refuseOption(name, value, 'a power of two')
  return value
}

function flag(name: string, value: boolean): boolean {
  return typeof value === 'boolean' ? value : refuseOption(name, value, 'true or false')
}

function oneOf<T extends string>(name: string, value: T, choices: readonly T[]): T {
  return choices.includes(value) ? value : refuseOption(name, value, `one of ${choices.join(', ')}`)
}
