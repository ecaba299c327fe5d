import { AppEndpoint } from '../../app/app-endpoint.ts'
import type { Inlet } from '../../app/inlet.ts'
import type { Outlet } from '../../app/outlet.ts'
import type { AppEvents, RunEnd } from '../../control/master-host.ts'
import { reviveError } from '../../core/failure.ts'
import type { Prng } from '../../core/prng.ts'
import { MillraceError } from '../../errors.ts'
import type { Plan } from '../../graph/plan.ts'
import type { EngineOptions } from '../../worker/deployment.ts'
import { AttemptProbe } from './laws.ts'
import type { Faults } from './faults.ts'
import { SimulatedBell } from './simulated-bell.ts'
import type { SimulatedJob } from './simulation-host.ts'
import type { SimulatedThread, Simulation } from './simulation.ts'

/** Records in one go, at most, between two pauses of whoever pushes: one of these. */
const PUSHED_IN_A_ROW = [20, 200, 2000]

/** The app thread of a simulated run: the real endpoint, somebody who pushes what the inlets are given, and readers of all outlets. */
export class SimulatedApp implements SimulatedThread, AppEvents {
  readonly name = 'app'
  /** By outlet. */
  readonly collected: ReadonlyMap<string, unknown[]>
  restarts = 0
  /** Ids of complete checkpoints. */
  readonly checkpoints: number[] = []
  readonly #simulation: Simulation
  readonly #endpoint: AppEndpoint
  readonly #bell: SimulatedBell
  readonly #probe: AttemptProbe
  readonly #chance: Prng
  /** Pauses of the readers: none, some, or one after every batch. */
  readonly #pausesOneBatchIn: number
  readonly #pauseMsMax: number
  readonly #pushedInRowMax: number
  readonly #faults: Faults
  /** By inlet that waits for it: is told where a resumed run reads on. */
  readonly #restored = new Map<string, (position: number) => void>()
  #end: RunEnd | null = null
  #reading = 0

  constructor(
    simulation: Simulation,
    plan: Plan,
    options: EngineOptions,
    doorbells: SharedArrayBuffer,
    { inputs, faults, resumes }: Pick<SimulatedJob, 'inputs' | 'faults' | 'resumes'>,
  ) {
    this.#simulation = simulation
    this.#faults = faults
    this.#bell = new SimulatedBell(doorbells, plan.workers)
    this.#probe = new AttemptProbe(simulation)
    this.#chance = simulation.fork('app')
    this.#pausesOneBatchIn = [1, 4, Infinity][this.#chance.nextInt(3)]!
    this.#pauseMsMax = [2, 20, 200][this.#chance.nextInt(3)]!
    this.#pushedInRowMax = PUSHED_IN_A_ROW[this.#chance.nextInt(PUSHED_IN_A_ROW.length)]!
    this.#endpoint = new AppEndpoint(plan, options, doorbells, {
      defer: (fn) => void simulation.after(simulation.delayMs(), 'app deferred', fn),
      probe: this.#probe,
    })
    const { inlets, outlets } = this.#endpoint
    const unknown = Object.keys(inputs).find((name) => !inlets.has(name))
    if (unknown !== undefined)
      throw new MillraceError('MR_OPTION_INVALID', `The job has no inlet "${unknown}". It has: ${[...inlets.keys()].join(', ') || 'none'}`)
    this.collected = new Map([...outlets.keys()].map((name) => [name, []]))
    for (const inlet of inlets.values()) void this.#push(inlet, inputs[inlet.name] ?? [], resumes)
    for (const outlet of outlets.values()) void this.#collect(outlet)
  }

  /** Null until the run is over and every outlet was read to its end. */
  get end(): RunEnd | null {
    return this.#reading === 0 ? this.#end : null
  }

  isAwake(): boolean {
    return this.#end === null && this.#bell.look()
  }

  turn(): boolean {
    const worked = this.#endpoint.turn()
    if (!worked) this.#bell.fallAsleep(() => this.#endpoint.hasWork())
    return worked
  }

  readonly awaitsOutside = false

  overslept(): boolean {
    return this.#end === null && !this.#bell.look() && this.#endpoint.hasWork()
  }

  describe(): string {
    const outlets = [...this.collected].map(([name, records]) => `${name}: ${records.length} records`)
    return `app, ${this.#bell.isAsleep ? 'asleep' : 'awake'}; outlets ${outlets.join(', ') || 'none'}`
  }

  attemptStarted: AppEvents['attemptStarted'] = (deployment, restoredCheckpoint) => {
    // What is left in the rings of the last attempt is taken in first.
    this.#endpoint.attemptStarted(deployment, restoredCheckpoint)
    this.#probe.attempt = deployment.attempt
  }

  actorRestarts = 0

  actorRestarting: AppEvents['actorRestarting'] = () => {
    this.actorRestarts++
  }

  restarting: AppEvents['restarting'] = () => {
    this.restarts++
    this.#endpoint.attemptEnded()
  }

  rearranging: AppEvents['rearranging'] = () => this.#endpoint.attemptEnded()

  rearranged: AppEvents['rearranged'] = () => {}

  checkpointCompleted: AppEvents['checkpointCompleted'] = (checkpoint) => {
    const last = this.checkpoints.at(-1) ?? 0
    if (checkpoint <= last) this.#simulation.broke(`Checkpoint ${checkpoint} was completed after checkpoint ${last}`)
    this.checkpoints.push(checkpoint)
  }

  fellBack: AppEvents['fellBack'] = () => {}

  checkpointFailed: AppEvents['checkpointFailed'] = () => {}

  stopAsked: AppEvents['stopAsked'] = () => {}

  inletNotice: AppEvents['inletNotice'] = (attempt, { inlet, position, event }) => {
    if (event === 'restored') {
      this.#restored.get(inlet)?.(position)
      this.#endpoint.inletRestored(attempt, inlet, position)
    } else this.#endpoint.inlets.get(inlet)?.commit(position)
  }

  ended: AppEvents['ended'] = (end) => {
    const failure = end.outcome === 'failed' ? (reviveError(end.failure) as MillraceError) : null
    this.#endpoint.close(failure, new MillraceError('MR_RUN_ENDED', 'The run has ended'))
    this.#end = end
  }

  async #push(inlet: Inlet, all: readonly unknown[], resumes: boolean): Promise<void> {
    try {
      const from = resumes ? await new Promise<number>((resolve) => this.#restored.set(inlet.name, resolve)) : 0
      const records = from === 0 ? all : all.slice(from)
      let inRow = this.#chance.nextInt(this.#pushedInRowMax)
      for (const record of records) {
        if (!inlet.tryPush(record)) await inlet.push(record)
        if (inRow-- > 0) continue
        inRow = this.#chance.nextInt(this.#pushedInRowMax)
        await this.#simulation.sleep(this.#simulation.delayMs(), `push to ${inlet.name}`)
      }
      inlet.end()
    } catch (error) {
      if (this.#end === null)
        this.#simulation.broke(`The inlet "${inlet.name}" refused a record: ${String((error as Error)?.message ?? error)}`, error)
    }
  }

  /** A reader that takes its time, so that its senders have to wait for it at times. */
  async #collect(outlet: Outlet): Promise<void> {
    const records = this.collected.get(outlet.name)!
    this.#reading++
    try {
      for await (const batch of outlet.batches()) {
        records.push(...batch)
        this.#simulation.progressed()
        const stallMs = this.#faults.stalledUntilMs - this.#simulation.clock.elapsedMs
        if (stallMs > 0) await this.#simulation.sleep(stallMs, `read ${outlet.name}`)
        if (this.#chance.nextFloat() * this.#pausesOneBatchIn < 1)
          await this.#simulation.sleep(this.#chance.nextFloat() * this.#pauseMsMax, `read ${outlet.name}`)
      }
    } catch {
      // The run's error: whoever started the run is told.
    } finally {
      this.#reading--
    }
  }
}
