import { Prng } from '../../core/prng.ts'
import { MillraceError } from '../../errors.ts'
import { SIMULATION_IDLE_EVENTS_MAX, SIMULATION_REAL_WAIT_MS_MAX, SIMULATION_STEPS_PER_LOOP_TURN } from '../../limits.ts'
import { Agenda } from './agenda.ts'
import { Trace } from './trace.ts'
import { VirtualClock } from './virtual-clock.ts'

/** One of the threads that share the real one. */
export interface SimulatedThread {
  readonly name: string
  /** False while it sleeps. Notices when its bell was rung. */
  isAwake(): boolean
  /** One piece of work. False when there was nothing to do. */
  turn(): boolean
  /** Promises of the outside world that it waits for: files, sockets, real timers. */
  readonly awaitsOutside: boolean
  /** Asleep although there is work: a wake-up was lost. */
  overslept(): boolean
  describe(): string
}

/** One stall in eight is so much longer than others. */
const LONG_STALL_FACTOR = 20

/** What one run is like. Runs that differ in kind find more than runs that are all alike. */
interface Temper {
  readonly stallsOneTurnIn: number
  /** Shares of delays of up to 20 ms and of up to 2 ms; the others take up to 0.2 ms. */
  readonly longShare: number
  readonly mediumShare: number
}

function drawTemper(chance: Prng): Temper {
  const pick = (...choices: readonly number[]): number => choices[chance.nextInt(choices.length)]!
  return { stallsOneTurnIn: pick(5, 50, 500), longShare: pick(0, 0.05, 0.3), mediumShare: pick(0, 0.15, 0.5) }
}

/**
 * A whole job on one thread: threads that take turns, messages and timers that come at a virtual time, everything in the order that a seed
 * decides. Equal seeds give equal runs, as long as nothing waits for the outside world.
 */
export class Simulation {
  readonly seed: number | string
  readonly trace: Trace
  readonly clock: VirtualClock
  /** Decides the schedule. */
  readonly #chance: Prng
  /** Decides how long things take. */
  readonly #delays: Prng
  readonly #agenda = new Agenda()
  readonly #threads: SimulatedThread[] = []
  readonly #stalled = new Set<SimulatedThread>()
  readonly #temper: Temper
  readonly #stepsMax: number
  #steps = 0
  #idleEvents = 0
  #outsideCalls = 0
  #onOutside: (() => void) | null = null
  #broken: MillraceError | null = null
  /** Ends of processes so far. */
  #ends = 0
  /** Is told what comes before it comes; what it answers with false does not. */
  onStep: ((label: string) => boolean) | null = null

  constructor(seed: number | string, stepsMax: number, onTrace: ((line: string) => void) | null) {
    const root = new Prng(seed)
    this.seed = seed
    this.trace = new Trace(onTrace)
    this.clock = new VirtualClock(root.fork('clock'))
    this.#chance = root.fork('schedule')
    this.#delays = root.fork('delays')
    this.#temper = drawTemper(root.fork('temper'))
    this.#stepsMax = stepsMax
  }

  get steps(): number {
    return this.#steps
  }

  /** A generator for one purpose, of this run's seed. */
  fork(purpose: string): Prng {
    return new Prng(`${this.seed}/${purpose}`)
  }

  join(thread: SimulatedThread): void {
    this.#threads.push(thread)
  }

  leave(thread: SimulatedThread): void {
    const at = this.#threads.indexOf(thread)
    if (at !== -1) this.#threads.splice(at, 1)
    this.#stalled.delete(thread)
  }

  /** The process ends: nothing of it goes on, and nothing that was under way arrives. Time goes on. */
  endProcess(): void {
    this.#ends++
    this.#threads.length = 0
    this.#stalled.clear()
    this.#agenda.clear()
    this.#outsideCalls = 0
    this.#idleEvents = 0
  }

  /** Returns how to cancel it. */
  after(delayMs: number, label: string, run: () => void): () => void {
    return this.at(this.clock.elapsedMs + Math.max(0, delayMs), label, run)
  }

  /** At a time of its clock, in ms since it began. Returns how to cancel it. */
  at(elapsedMs: number, label: string, run: () => void): () => void {
    const appointment = this.#agenda.add(elapsedMs, label, run)
    return () => (appointment.cancelled = true)
  }

  sleep(delayMs: number, label: string): Promise<void> {
    return new Promise((resolve) => void this.after(delayMs, label, resolve))
  }

  /** How long a message or an operation takes: mostly short, at times long. */
  delayMs(): number {
    const kind = this.#delays.nextFloat()
    const { longShare, mediumShare } = this.#temper
    return this.#delays.nextFloat() * (kind < longShare ? 20 : kind < longShare + mediumShare ? 2 : 0.2)
  }

  /** Counts a call whose promise may depend on the outside world. */
  async outside<T>(call: () => T | Promise<T>): Promise<T> {
    const process = this.#ends
    this.#outsideCalls++
    try {
      return await call()
    } finally {
      if (process === this.#ends) {
        this.#outsideCalls--
        this.stirred()
      }
    }
  }

  /** Something came from the outside world. */
  stirred(): void {
    this.#onOutside?.()
  }

  /** Something went on that is no turn of a thread. */
  progressed(): void {
    this.#idleEvents = 0
  }

  /** A law of the engine does not hold: the run ends with this error. */
  broke(message: string, cause?: unknown): void {
    this.#broken ??= this.#failure(message, cause)
  }

  /**
   * Takes steps until `isOver`.
   *
   * @throws MillraceError MR_SIMULATION_FAILED when it does not come to an end, or a law of the engine is broken
   */
  async run(isOver: () => boolean): Promise<void> {
    for (;;) {
      await promisesSettled()
      if (this.#broken !== null) throw this.#broken
      if (isOver()) return
      if (++this.#steps > this.#stepsMax) throw this.#failure(`The run did not end within ${this.#stepsMax} steps`)
      if (this.#steps % SIMULATION_STEPS_PER_LOOP_TURN === 0) await new Promise<void>((resolve) => setImmediate(resolve))
      await this.#step()
    }
  }

  async #step(): Promise<void> {
    const awake = this.#threads.filter((thread) => !this.#stalled.has(thread) && thread.isAwake())
    const due = this.#agenda.nextMs <= this.clock.elapsedMs
    if (due && (awake.length === 0 || this.#chance.nextInt(2) === 0)) return this.#keepAppointment()
    if (awake.length > 0) return this.#turn(awake[this.#chance.nextInt(awake.length)]!)
    if (this.#awaitsOutside) return this.#waitOutside()
    this.#checkSleepers()
    if (this.#agenda.nextMs === Infinity) throw this.#failure('Nothing can happen any more, but the run has not ended')
    this.clock.advanceTo(this.#agenda.nextMs)
    this.#keepAppointment()
  }

  #turn(thread: SimulatedThread): void {
    if (this.onStep?.(thread.name) === false || !this.#threads.includes(thread)) return
    this.trace.step(this.clock.elapsedMs, thread.name)
    if (thread.turn()) this.#idleEvents = 0
    // The operating system lets a thread wait now and then.
    if (this.#chance.nextInt(this.#temper.stallsOneTurnIn) !== 0) return
    this.#stalled.add(thread)
    const stallMs = this.delayMs() * (this.#chance.nextInt(8) === 0 ? LONG_STALL_FACTOR : 1)
    this.after(stallMs, `${thread.name} goes on`, () => this.#stalled.delete(thread))
  }

  #keepAppointment(): void {
    const appointment = this.#agenda.take()
    const { atMs, label, run } = appointment
    if (this.onStep?.(label) === false || appointment.cancelled) return
    this.trace.step(atMs, label)
    if (++this.#idleEvents > SIMULATION_IDLE_EVENTS_MAX) throw this.#failure('Timers go on, but no thread has anything to do')
    run()
  }

  get #awaitsOutside(): boolean {
    return this.#stalled.size === 0 && (this.#outsideCalls > 0 || this.#threads.some((thread) => thread.awaitsOutside))
  }

  /** Real time passes until something comes, or the next appointment is due. */
  async #waitOutside(): Promise<void> {
    const untilNextMs = this.#agenda.nextMs - this.clock.elapsedMs
    const waitMs = Math.min(SIMULATION_REAL_WAIT_MS_MAX, Math.max(1, untilNextMs))
    let timer: NodeJS.Timeout | undefined
    const inTime = await new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), waitMs)
      this.#onOutside = () => resolve(true)
    })
    clearTimeout(timer)
    this.#onOutside = null
    if (!inTime) this.clock.advanceTo(this.clock.elapsedMs + waitMs)
  }

  #checkSleepers(): void {
    // One that was stopped may be about to ring.
    if (this.#stalled.size > 0) return
    const sleeper = this.#threads.find((thread) => thread.overslept())
    if (sleeper !== undefined) throw this.#failure(`${sleeper.name} sleeps although it has work: nobody rang its bell`)
  }

  #failure(message: string, cause?: unknown): MillraceError {
    const threads = this.#threads.map((thread) => `  ${thread.describe()}`).join('\n')
    const when = `step ${this.#steps}, ${this.clock.elapsedMs.toFixed(3)} virtual ms, seed ${this.seed}`
    return new MillraceError('MR_SIMULATION_FAILED', `${message} (${when})\n${threads}\n`, { cause })
  }
}

/** Resolves when every promise that can settle without the outside world has: ticks run after the queue of microtasks. */
function promisesSettled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}
