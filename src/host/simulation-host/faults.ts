import type { Prng } from '../../core/prng.ts'
import { MillraceError } from '../../errors.ts'
import { SIMULATION_CLOCK_JUMP_MS, SIMULATION_FAULT_STEPS_LOG2_MAX, SIMULATION_STALL_MS_MAX } from '../../limits.ts'
import type { SimulatedStorage } from './simulated-storage.ts'
import type { SimulatedWorker } from './simulated-worker.ts'
import type { Simulation } from './simulation.ts'

/** What can go wrong in a simulated run. */
export const FAULT_KINDS = [
  /** An operator throws: while it processes, polls, flushes, takes a snapshot, restores, commits. */
  'throw',
  /** A worker thread ends, between two steps or within one. What it had posted may get lost. */
  'worker',
  /** The process ends as by kill -9, and a new one begins on what the disk has kept, with another number of workers. */
  'kill',
  /** The disk is full: commits fail. */
  'disk-full',
  /** A commit takes seconds, also longer than a checkpoint may take. */
  'slow-disk',
  /** Sinks, and whoever reads outlets, stand still for seconds. */
  'stall',
  /** Somebody sets the wall clock an hour forwards or backwards. */
  'clock',
  /** The process is killed, and the newest checkpoint is damaged when the next one begins: that goes on from an older one, and sinks take back what was shown since. */
  'damage',
  /** A worker thread ends, and for a while none comes up in its place: its actors go to the others, and come back later. */
  'absence',
  /** No fault: an operator is to run in another number of instances. */
  'rescale',
] as const

export type FaultKind = (typeof FAULT_KINDS)[number]

/** How many of each kind may happen in one run; how many do, and when, is decided by the seed. */
export type FaultCounts = Readonly<Record<FaultKind, number>>

/** `true`: all kinds. A list: these kinds. An object: so many of each kind at most; kinds that are not named do not happen. */
export type FaultOptions = true | readonly FaultKind[] | Partial<FaultCounts>

const COUNTS_DEFAULT: FaultCounts = {
  throw: 3,
  worker: 2,
  kill: 2,
  'disk-full': 2,
  'slow-disk': 1,
  stall: 2,
  clock: 2,
  damage: 1,
  absence: 1,
  rescale: 2,
}
const NONE: FaultCounts = {
  throw: 0,
  worker: 0,
  kill: 0,
  'disk-full': 0,
  'slow-disk': 0,
  stall: 0,
  clock: 0,
  damage: 0,
  absence: 0,
  rescale: 0,
}

/** @throws MillraceError MR_OPTION_INVALID */
export function checkFaults(options: FaultOptions | undefined): FaultCounts {
  if (options === undefined) return NONE
  if (options === true) return COUNTS_DEFAULT
  const kinds: readonly string[] = Array.isArray(options) ? options : Object.keys(options)
  for (const kind of kinds) {
    if ((FAULT_KINDS as readonly string[]).includes(kind)) continue
    throw new MillraceError('MR_OPTION_INVALID', `faults: "${kind}" is not one of ${FAULT_KINDS.join(', ')}`)
  }
  if (Array.isArray(options)) return { ...NONE, ...Object.fromEntries(options.map((kind: FaultKind) => [kind, COUNTS_DEFAULT[kind]])) }
  const counts = { ...NONE, ...(options as Partial<FaultCounts>) }
  for (const [kind, count] of Object.entries(counts)) {
    if (!Number.isInteger(count) || count < 0)
      throw new MillraceError('MR_OPTION_INVALID', `faults.${kind}=${String(count)}, but it must be an integer of at least 0`)
  }
  return counts
}

/** What faults happen to: the threads of the process that lives at the moment. */
export interface FaultTarget {
  readonly threads: readonly SimulatedWorker[]
  readonly storageThread: SimulatedStorage
  /** @param awayMs virtual time in which no other thread comes up */
  loseWorker(worker: SimulatedWorker, awayMs?: number): void
  rescale(chance: Prng): void
}

/** Two of three faults wait for one of these moments, which are short: labels of the schedule's steps. `store 0`: an actor has ended. */
const MOMENTS = [
  /store [1-9]/,
  /store 0$/,
  /storage commits/,
  /storage syncs/,
  /storage commits .* last$/,
  /storage syncs .* last$/,
  /control committed/,
  /checkpointEnded$/,
  /triggerCheckpoint$/,
  /deploy$/,
  /start done/,
  /finish/,
]

/** A fault comes so many steps behind its moment, at most. */
const STEPS_BEHIND_MAX = 12
/** Steps after which a moment is not waited for any more. */
const PATIENCE_STEPS = 500

/** Lets faults happen: after so many steps of the schedule, or at moments that are short, as the seed decides. */
export class Faults {
  /** Of each kind, how many have happened. */
  readonly happened: Record<FaultKind, number> = { ...NONE }
  /** The process was killed: whoever runs the simulation begins a new one. */
  killed = false
  /** Before the next process begins, the newest checkpoint is to be damaged. */
  damages = false
  /** Sinks stand still until this virtual time. */
  stalledUntilMs = 0
  readonly #simulation: Simulation
  readonly #chance: Prng
  readonly #left: FaultKind[]
  #target: FaultTarget | null = null
  #stepsLeft = 0
  #moment: RegExp | null = null

  readonly #moments: readonly RegExp[] | null

  /** @param moments all faults wait for one of these; null: as chance has it */
  constructor(simulation: Simulation, counts: FaultCounts, moments: readonly RegExp[] | null = null) {
    this.#moments = moments
    this.#simulation = simulation
    this.#chance = simulation.fork('faults')
    this.#left = FAULT_KINDS.flatMap((kind) =>
      Array.from({ length: counts[kind] === 0 ? 0 : this.#chance.nextInt(counts[kind] + 1) }, () => kind),
    )
    this.#next()
    if (this.#left.length > 0) simulation.onStep = (label) => this.#onStep(label)
  }

  /** A process has begun. */
  aim(target: FaultTarget): void {
    this.killed = false
    this.damages = false
    this.stalledUntilMs = 0
    this.#target = target
  }

  get total(): number {
    return Object.values(this.happened).reduce((sum, count) => sum + count, 0)
  }

  /** Ends the process within a step: nothing that follows counts. */
  kill(): void {
    this.killed = true
  }

  #next(): void {
    // Some follow each other closely, others are far apart.
    this.#stepsLeft = Math.floor(2 ** (this.#chance.nextFloat() * SIMULATION_FAULT_STEPS_LOG2_MAX))
    const moments = this.#moments ?? MOMENTS
    this.#moment = this.#moments === null && this.#chance.nextInt(3) === 0 ? null : moments[this.#chance.nextInt(moments.length)]!
  }

  #onStep(label: string): boolean {
    if (this.killed) return false
    if (this.#left.length === 0 || this.#target === null || --this.#stepsLeft > 0) return true
    if (this.#moment !== null && this.#stepsLeft > -PATIENCE_STEPS) {
      if (!this.#moment.test(label)) return true
      this.#moment = null
      this.#stepsLeft = this.#chance.nextInt(STEPS_BEHIND_MAX)
      if (this.#stepsLeft > 0) return true
    }
    const [kind] = this.#left.splice(this.#chance.nextInt(this.#left.length), 1)
    this.#next()
    this.#happen(kind!, this.#target)
    return !this.killed
  }

  #happen(kind: FaultKind, target: FaultTarget): void {
    const chance = this.#chance
    this.happened[kind]++
    this.#simulation.trace.step(this.#simulation.clock.elapsedMs, `FAULT ${kind}`)
    const worker = target.threads[chance.nextInt(target.threads.length)]!
    const within = chance.nextInt(2) === 0
    const calls = 1 + chance.nextInt(2 ** chance.nextInt(9))
    switch (kind) {
      case 'throw':
        return worker.endAfter(calls, 'throw')
      case 'worker':
        return within ? worker.endAfter(calls, 'worker') : target.loseWorker(worker)
      case 'kill':
        return within ? worker.endAfter(calls, 'kill') : this.kill()
      case 'disk-full':
        return target.storageThread.fail(1 + chance.nextInt(3))
      case 'slow-disk':
        return target.storageThread.slow(2 ** (chance.nextFloat() * Math.log2(SIMULATION_STALL_MS_MAX)))
      case 'stall':
        this.stalledUntilMs = this.#simulation.clock.elapsedMs + 2 ** (chance.nextFloat() * Math.log2(SIMULATION_STALL_MS_MAX))
        return
      case 'damage':
        this.damages = true
        return this.kill()
      case 'absence':
        return target.loseWorker(worker, 2 ** (chance.nextFloat() * Math.log2(SIMULATION_STALL_MS_MAX)))
      case 'rescale':
        return target.rescale(chance)
      case 'clock':
        return this.#simulation.clock.jump(chance.nextInt(2) === 0 ? SIMULATION_CLOCK_JUMP_MS : -SIMULATION_CLOCK_JUMP_MS)
    }
  }
}
