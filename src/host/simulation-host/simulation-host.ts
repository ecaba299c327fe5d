import type { Registry } from '../../actor/contract.ts'
import type { ManifestIdentity } from '../../checkpoint/manifest.ts'
import type { CheckedOptions } from '../../app/launch-options.ts'
import { allocate, allocateDoorbells } from '../../control/allocate.ts'
import { JobMaster } from '../../control/job-master.ts'
import type { AppEvents, MasterHost, WorkerGate } from '../../control/master-host.ts'
import type { Clock } from '../../core/clock.ts'
import { KEY_HASH_VERSION } from '../../core/key-hash.ts'
import type { Prng } from '../../core/prng.ts'
import { checkSameGraph, fingerprint, structure } from '../../graph/fingerprint.ts'
import type { Job } from '../../graph/job.ts'
import { type Plan, planJob } from '../../graph/plan.ts'
import type { ControlToStorage } from '../../storage/protocol.ts'
import type { Deployment } from '../../worker/deployment.ts'
import { Link } from './link.ts'
import { SimulatedApp } from './simulated-app.ts'
import { type SimulatedDisk, SimulatedStorage } from './simulated-storage.ts'
import { SimulatedWorker } from './simulated-worker.ts'
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
}

/** The host of a run whose threads, messages, storage, time and chance all are of one seed. */
export class SimulationHost implements MasterHost {
  readonly clock: Clock
  readonly storage: { send(message: ControlToStorage): void }
  readonly app: AppEvents
  readonly appThread: SimulatedApp
  readonly #simulation: Simulation
  readonly #settings: SimulatedJob
  readonly #plan: Plan
  readonly #fingerprint: readonly string[]
  readonly #doorbells: SharedArrayBuffer
  readonly #workers: readonly SimulatedWorker[]
  readonly #storageThread: SimulatedStorage
  readonly #master: JobMaster
  readonly #chance: Prng
  #prepared: Promise<readonly WorkerGate[]> | null = null
  #deployment: Deployment | null = null
  #onStorageClosed = (): void => {}

  /** Builds the graph as the control thread would; see {@link SimulationHost.start}. */
  static async create(simulation: Simulation, settings: SimulatedJob): Promise<SimulationHost> {
    const graph = await settings.job.buildGraph(settings.config)
    const identity: ManifestIdentity = {
      jobName: graph.jobName,
      graphFingerprint: structure(graph),
      keyHashVersion: KEY_HASH_VERSION,
      keyGroups: settings.options.engine.keyGroups,
    }
    return new SimulationHost(simulation, settings, planJob(graph, settings.options.engine), identity)
  }

  private constructor(simulation: Simulation, settings: SimulatedJob, plan: Plan, identity: ManifestIdentity) {
    const { engine, ...rest } = settings.options
    this.#simulation = simulation
    this.#settings = settings
    this.#plan = plan
    this.#fingerprint = fingerprint(plan.graph)
    this.#chance = simulation.fork('control')
    this.clock = simulation.clock
    this.#doorbells = allocateDoorbells(engine.workers)
    this.appThread = new SimulatedApp(simulation, plan, engine, this.#doorbells, settings.inputs)
    this.app = overLink(this.appThread, new Link(simulation, 'control > app'))
    const fromStorage = new Link(simulation, 'storage > control')
    this.#storageThread = new SimulatedStorage(simulation, settings.disk, (message) =>
      fromStorage.send(message.type, message, (received) => {
        if (received.type === 'closed') this.#onStorageClosed()
        this.#master.stored(received)
      }),
    )
    const toStorage = new Link(simulation, 'control > storage')
    this.storage = { send: (message) => toStorage.send(message.type, message, (received) => this.#storageThread.obey(received)) }
    this.#workers = Array.from({ length: engine.workers }, (_, index) => this.#worker(index))
    this.#master = new JobMaster(this, { ...rest, plan, identity })
    for (const thread of [...this.#workers, this.appThread]) simulation.join(thread)
  }

  start(): void {
    this.#storageThread.open()
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
    return this.#workers
  }

  workersReady(): Promise<readonly WorkerGate[]> {
    return (this.#prepared ??= this.#prepare())
  }

  allocate(attempt: number): Deployment {
    return (this.#deployment = allocate(this.#plan, this.#settings.options.engine, this.#doorbells, attempt, this.#deployment))
  }

  async shutdown(): Promise<void> {
    this.storage.send({ type: 'close' })
    await new Promise<void>((resolve) => (this.#onStorageClosed = resolve))
  }

  /** Frees what operators took, whatever happened. */
  async close(): Promise<void> {
    for (const worker of this.#workers) await worker.close().catch(() => {})
  }

  async #prepare(): Promise<readonly WorkerGate[]> {
    const { job, config } = this.#settings
    const graphs = await Promise.all(this.#workers.map((worker) => worker.prepare(job, config)))
    graphs.forEach((graph, worker) => checkSameGraph(this.#fingerprint, graph, `worker ${worker}`))
    return this.#workers
  }

  #worker(index: number): SimulatedWorker {
    const { options, registry, generateCode, disk } = this.#settings
    return new SimulatedWorker(this.#simulation, {
      index,
      options: options.engine,
      doorbells: this.#doorbells,
      registry,
      generateCode,
      readChunks: async (manifest, wanted) => disk.read(manifest, wanted),
      working: this.#storageThread,
      outlets: {
        store: (message) => this.#storageThread.receive(message),
        failed: (failure) => this.#master.failed(failure),
        notify: (attempt, notice) => this.app.inletNotice(attempt, notice),
        checkpointWanted: (attempt) => this.#master.checkpointWanted(attempt),
      },
    })
  }
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
    checkpointCompleted: event('checkpointCompleted', app.checkpointCompleted),
    checkpointFailed: event('checkpointFailed', app.checkpointFailed),
    inletNotice: event('inletNotice', app.inletNotice),
    ended: event('ended', app.ended),
  }
}
