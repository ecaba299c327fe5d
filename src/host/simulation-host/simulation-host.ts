import type { Registry } from '../../actor/contract.ts'
import type { JobIdentity } from '../../checkpoint/job-identity.ts'
import type { CheckedOptions } from '../../app/launch-options.ts'
import { allocate, allocateDoorbells } from '../../control/allocate.ts'
import { JobMaster } from '../../control/job-master.ts'
import type { AppEvents, MasterHost, WorkerGate } from '../../control/master-host.ts'
import type { Clock } from '../../core/clock.ts'
import type { Prng } from '../../core/prng.ts'
import { identityOf } from '../../control/job-identity.ts'
import { checkSameGraph, fingerprint } from '../../graph/fingerprint.ts'
import { type Graph, isOutlet, outletName } from '../../graph/graph.ts'
import type { Job } from '../../graph/job.ts'
import type { Plan } from '../../graph/plan.ts'
import type { Layout } from '../../migration/layout.ts'
import { decideBalance } from '../../schedule/balance.ts'
import { placeJob } from '../../schedule/place-job.ts'
import type { ControlToStorage } from '../../storage/protocol.ts'
import type { Deployment } from '../../worker/deployment.ts'
import { type SinkWorld, committedSink } from './committed-sink.ts'
import type { FaultTarget, Faults } from './faults.ts'
import { Link } from './link.ts'
import { SimulatedApp } from './simulated-app.ts'
import type { OutputSession } from './simulated-outputs.ts'
import { SimulatedPool } from './simulated-pool.ts'
import { type SimulatedDisk, SimulatedStorage } from './simulated-storage.ts'
import { type Ending, SimulatedWorker } from './simulated-worker.ts'
import type { Simulation } from './simulation.ts'

export interface SimulatedJob {
  readonly job: Job
  readonly config: unknown
  readonly options: CheckedOptions
  readonly inputs: Readonly<Record<string, readonly unknown[]>>
  readonly registry: Registry
  /** False where the process forbids it. */
  readonly generateCode: boolean
  /** Where checkpoints lie; what is on it is resumed from. */
  readonly disk: SimulatedDisk
  readonly faults: Faults
  /** Outlets are written to the disk, each record once, as by `sink.files`. */
  readonly commitsOutlets: boolean
  /** Whoever fills inlets does not begin before it knows how far they were read already. */
  readonly resumes: boolean
}

/** The host of a run whose threads, messages, storage, time and chance all are of one seed. */
export class SimulationHost implements MasterHost, FaultTarget {
  readonly clock: Clock
  readonly storage: { send(message: ControlToStorage): void }
  readonly app: AppEvents
  readonly appThread: SimulatedApp
  readonly #simulation: Simulation
  readonly #settings: SimulatedJob
  readonly #graph: Graph
  readonly #fingerprint: readonly string[]
  readonly #doorbells: SharedArrayBuffer
  readonly #pool: SimulatedPool
  readonly #outputs: OutputSession
  readonly storageThread: SimulatedStorage
  readonly #master: JobMaster
  readonly #chance: Prng
  #deployment: Deployment | null = null
  #onStorageClosed = (): void => {}

  /** Builds the graph as the control thread would; see {@link SimulationHost.start}. */
  static async create(simulation: Simulation, given: SimulatedJob): Promise<SimulationHost> {
    const outputs = given.disk.outputs.open()
    if (given.commitsOutlets)
      for (const node of (await given.job.buildGraph(given.config)).nodes) if (isOutlet(node)) given.disk.outputs.declare(outletName(node))
    const settings = given.commitsOutlets ? { ...given, job: committing(given.job, worldOf(simulation, given.faults, outputs)) } : given
    const graph = await settings.job.buildGraph(settings.config)
    const identity = identityOf(graph, settings.options.engine.keyGroups)
    const { options } = settings
    const plan = placeJob(graph, options.engine, options.placement)
    const placed = { ...settings, options: { ...options, engine: { ...options.engine, threads: plan.placement.threads } } }
    return new SimulationHost(simulation, placed, plan, identity, outputs)
  }

  private constructor(simulation: Simulation, settings: SimulatedJob, plan: Plan, identity: JobIdentity, outputs: OutputSession) {
    const { engine, balance, ...rest } = settings.options
    this.#simulation = simulation
    this.#settings = settings
    this.#outputs = outputs
    this.#graph = plan.graph
    this.#fingerprint = fingerprint(plan.graph)
    this.#chance = simulation.fork('control')
    this.clock = simulation.clock
    this.#doorbells = allocateDoorbells(engine.workers)
    this.appThread = new SimulatedApp(simulation, plan, engine, this.#doorbells, settings)
    this.app = overLink(this.appThread, new Link(simulation, 'control > app'))
    const fromStorage = new Link(simulation, 'storage > control')
    this.storageThread = new SimulatedStorage(simulation, settings.disk, (message) =>
      fromStorage.send(message.type, message, (received) => {
        if (received.type === 'closed') this.#onStorageClosed()
        this.#master.stored(received)
      }),
    )
    const toStorage = new Link(simulation, 'control > storage')
    this.storage = { send: (message) => toStorage.send(message.type, message, (received) => this.storageThread.obey(received)) }
    this.#pool = new SimulatedPool(simulation, {
      threads: engine.workers,
      job: settings.job,
      config: settings.config,
      make: (index) => this.#worker(index),
      lost: (failure) => this.#master.lost(failure),
      returned: () => this.#master.layouts.returned(),
    })
    this.#master = new JobMaster(this, { ...rest, plan, options: engine, identity, decideBalance: balance ? decideBalance : null })
    this.#pool.join()
    simulation.join(this.appThread)
    settings.faults.aim(this)
  }

  start(): void {
    this.storageThread.open()
  }

  stop(drain: boolean): void {
    this.#master.stop(drain)
  }

  random(): number {
    return this.#chance.nextFloat()
  }

  setTimer(fn: () => void, delayMs: number): () => void {
    return this.#simulation.after(delayMs + this.#chance.nextFloat(), 'control timer', fn)
  }

  workers(): readonly WorkerGate[] {
    return this.#pool.workers
  }

  get threads(): readonly SimulatedWorker[] {
    return this.#pool.workers
  }

  away(): readonly number[] {
    return this.#pool.away
  }

  loseWorker(worker: SimulatedWorker, awayMs = 0): void {
    this.#pool.lose(worker, awayMs)
  }

  /** Somebody has an operator run in another number of instances. */
  rescale(chance: Prng): void {
    const operators = this.#graph.nodes.filter(({ parallelism }) => parallelism !== 1)
    if (operators.length === 0) return
    const operator = operators[chance.nextInt(operators.length)]!.name
    // What is asked for at the wrong time is refused.
    const asked = async (): Promise<unknown> => this.#master.layouts.rescale(operator, 1 + chance.nextInt(5))
    asked().catch(() => {})
  }

  async workersReady(): Promise<readonly WorkerGate[]> {
    const graphs = await this.#pool.ready()
    graphs.forEach((graph, worker) => graph !== null && checkSameGraph(this.#fingerprint, graph, `worker ${worker}`))
    return this.#pool.workers
  }

  allocate(attempt: number, plan: Plan, layout: Layout): Deployment {
    return (this.#deployment = allocate(plan, this.#settings.options.engine, this.#doorbells, attempt, this.#deployment, layout))
  }

  async shutdown(): Promise<void> {
    this.storage.send({ type: 'close' })
    await new Promise<void>((resolve) => (this.#onStorageClosed = resolve))
  }

  /** Frees what operators took, whatever happened. Nothing that they do now reaches the disk. */
  async close(): Promise<void> {
    this.#outputs.close()
    await this.#pool.close()
  }

  #ending(worker: SimulatedWorker, end: Ending): void {
    if (end === 'worker') this.#pool.lose(worker)
    if (end !== 'kill') return
    this.#settings.faults.kill()
    this.#outputs.close()
  }

  #worker(index: number): SimulatedWorker {
    const { options, registry, generateCode, disk, faults } = this.#settings
    return new SimulatedWorker(this.#simulation, {
      index,
      options: options.engine,
      doorbells: this.#doorbells,
      registry,
      generateCode,
      isStalled: () => faults.stalledUntilMs > this.#simulation.clock.elapsedMs,
      watermarks: disk.watermarks,
      ending: (worker, end) => this.#ending(worker, end),
      readChunks: async (manifest, wanted) => disk.read(manifest, wanted),
      working: this.storageThread,
      outlets: {
        store: (message) => this.storageThread.receive(message),
        failed: (failure, offer) => this.#master.failed(failure, offer),
        notify: (attempt, notice) => this.app.inletNotice(attempt, notice),
        checkpointWanted: (attempt) => this.#master.checkpointWanted(attempt),
      },
    })
  }
}

function worldOf(simulation: Simulation, faults: Faults, outputs: OutputSession): SinkWorld {
  return {
    outputs,
    stalledMs: () => Math.max(0, faults.stalledUntilMs - simulation.clock.elapsedMs),
    after: (delayMs, run) => void simulation.after(delayMs, 'a sink goes on', run),
  }
}

/** The same job, its outlets written to the disk. */
function committing(job: Job, world: SinkWorld): Job {
  const commits = (graph: Graph): Graph => ({
    ...graph,
    nodes: graph.nodes.map((node) => {
      if (!isOutlet(node)) return node
      const definition = committedSink(outletName(node), () => world)
      return { ...node, kind: definition.kind, definition, spec: {}, parallelism: 'workers' }
    }),
  })
  return { ...job, buildGraph: async (config) => commits(await job.buildGraph(config)) }
}

/** Every event becomes a message. */
function overLink(app: AppEvents, link: Link): AppEvents {
  const event =
    <A extends unknown[]>(name: string, receive: (...args: A) => void) =>
    (...args: A): void =>
      link.send(name, args, (received) => receive(...received))
  return {
    attemptStarted: event('attemptStarted', app.attemptStarted),
    restarting: event('restarting', app.restarting),
    actorRestarting: event('actorRestarting', app.actorRestarting),
    rearranging: event('rearranging', app.rearranging),
    rearranged: event('rearranged', app.rearranged),
    checkpointCompleted: event('checkpointCompleted', app.checkpointCompleted),
    fellBack: event('fellBack', app.fellBack),
    checkpointFailed: event('checkpointFailed', app.checkpointFailed),
    stopAsked: event('stopAsked', app.stopAsked),
    inletNotice: event('inletNotice', app.inletNotice),
    ended: event('ended', app.ended),
  }
}
