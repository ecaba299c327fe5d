import { join } from 'node:path'
import { expose, wrap } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { systemClock } from '../core/clock.ts'
import { describeError } from '../core/failure.ts'
import { maskedFailure } from '../core/masked-failure.ts'
import { checkSameGraph, fingerprint } from '../graph/fingerprint.ts'
import { SIGNALS_MAX } from '../limits.ts'
import { identityOf } from './job-identity.ts'
import { loadJob } from '../graph/load-job.ts'
import { type Plan, planJob } from '../graph/plan.ts'
import type { Layout } from '../migration/layout.ts'
import type { ControlToStorage, StorageToControl } from '../storage/protocol.ts'
import type { Deployment } from '../worker/deployment.ts'
import type { Answer } from '../worker/protocol.ts'
import { allocate } from './allocate.ts'
import { CheckpointMetrics } from './checkpoint-metrics.ts'
import { JobMaster } from './job-master.ts'
import type { AppEvents, MasterHost, WorkerGate } from './master-host.ts'
import { type StateAnswer, placeOfState } from '../worker/state-place.ts'
import { RunMeasures } from './run-stats.ts'
import type { CheckpointReport, ControlApi, ControlTask, RunStats, StateQuery } from './protocol.ts'
import type { UiSubject } from '../ui/subject.ts'
import { RunLog } from '../ui/run-log.ts'
import { WorkerPool } from './worker-pool.ts'
import { UiHost } from './ui-host.ts'

/** The real host of a run: worker threads, the storage thread, the app thread behind its port, and the machine's clock. */
export class ThreadHost implements MasterHost {
  readonly clock = systemClock
  readonly app: AppEvents
  readonly storage = { send: (message: ControlToStorage) => this.#task.storagePort.postMessage(message) }
  readonly #task: ControlTask
  readonly #inspector: Int32Array
  readonly #pool: WorkerPool
  #plan: Plan | null = null
  #fingerprint: readonly string[] = []
  #master: JobMaster | null = null
  /** The newest. */
  #deployment: Deployment | null = null
  /** Of the storage thread, while the job was being loaded. */
  readonly #earlyMessages: StorageToControl[] = []
  readonly #signals = new Map<string, number>()
  readonly #measures: RunMeasures
  /** Asked for before there was anything to stop. */
  #earlyStop: { readonly drain: boolean } | null = null
  readonly #storageClosed: Promise<void>
  readonly #log: RunLog
  readonly #ui: UiHost
  readonly #commands: UiHost
  #onStorageClosed = (): void => {}
  /** There is a master. */
  readonly #begun: Promise<void>
  #onBegun = (): void => {}

  constructor(task: ControlTask) {
    this.#task = task
    this.#measures = new RunMeasures(task, this.clock)
    this.#inspector = new Int32Array(task.inspector)
    this.#storageClosed = new Promise((resolve) => (this.#onStorageClosed = resolve))
    this.#begun = new Promise((resolve) => (this.#onBegun = resolve))
    task.storagePort.on('close', () => this.#onStorageClosed())
    this.#log = new RunLog(this.clock)
    this.app = this.#log.noting(oneWay(wrap<AppEvents>(nodeEndpoint(task.eventPort)) as unknown as AppEvents))
    this.#ui = new UiHost((master) => this.#subject(master))
    this.#commands = new UiHost((master) => this.#subject(master))
    this.#pool = new WorkerPool(
      task,
      task.heaps,
      {
        failed: (failure, offer) => void this.#master?.failed(failure, offer),
        notify: (attempt, notice) => this.app.inletNotice(attempt, notice),
        checkpointWanted: (attempt) => this.#master?.checkpointWanted(attempt),
        lost: (_worker, failure) => void this.#master?.lost(this.#plan?.graph.mask === undefined ? failure : maskedFailure(failure)),
        returned: () => this.#master?.layouts.returned(),
        storagePort: (worker, port) => task.storagePort.postMessage({ type: 'add-worker', worker, port }, [port]),
      },
      () => this.isDebugged(),
    )
  }

  /** Loads the job, then waits for the storage thread, whose directory decides where the run begins. */
  async run(): Promise<void> {
    expose(this.#api(), nodeEndpoint(this.#task.appPort))
    // From the first moment: a port that nobody listens to tells nothing, not even that its other end has closed.
    this.#task.storagePort.on('message', (message: StorageToControl) => this.#onStorage(message))
    try {
      const graph = await (await loadJob(this.#task.jobUrl)).buildGraph(this.#task.config)
      this.#plan = planJob(graph, this.#task.options)
      this.#fingerprint = fingerprint(graph)
      const identity = identityOf(graph, this.#task.options.keyGroups)
      // Loaded where it is needed.
      const decideBalance = this.#task.balance ? (await import('../schedule/balance.ts')).decideBalance : null
      this.#master = new JobMaster(this, { ...this.#task, plan: this.#plan, identity, decideBalance })
      this.#onBegun()
      for (const message of this.#earlyMessages.splice(0)) this.#onStorage(message)
      if (this.#earlyStop !== null) this.#master.stop(this.#earlyStop.drain)
    } catch (error) {
      await this.shutdown()
      this.app.ended({ outcome: 'failed', failure: describeError(error, { kind: 'module-load' }) })
    }
  }

  isDebugged(): boolean {
    return Atomics.load(this.#inspector, 0) === 1
  }

  random(): number {
    return Math.random()
  }

  setTimer(fn: () => void, delayMs: number): () => void {
    const timer = setTimeout(fn, delayMs)
    return () => clearTimeout(timer)
  }

  workers(): readonly WorkerGate[] {
    return this.#pool.workers
  }

  async workersReady(): Promise<readonly WorkerGate[]> {
    const graphs = await this.#pool.ready()
    graphs.forEach((graph, worker) => graph !== null && checkSameGraph(this.#fingerprint, graph, `worker ${worker}`))
    return this.#pool.workers
  }

  away(): readonly number[] {
    return this.#pool.away
  }

  allocate(attempt: number, plan: Plan, layout: Layout): Deployment {
    this.#plan = plan
    const allocated = allocate(plan, this.#task.options, this.#task.doorbells, attempt, this.#deployment, layout)
    return (this.#deployment = { ...allocated, signals: [...this.#signals] })
  }

  async shutdown(): Promise<void> {
    await this.#pool.close()
    this.storage.send({ type: 'close' })
    await this.#storageClosed
  }

  #onStorage(message: StorageToControl): void {
    if (message.type === 'closed') this.#onStorageClosed()
    if (this.#master === null) this.#earlyMessages.push(message)
    else this.#master.stored(message)
  }

  #api(): ControlApi {
    return {
      stop: (drain) => (this.#master === null ? void (this.#earlyStop = { drain }) : this.#master.stop(drain)),
      giveUp: () => this.#master?.giveUp(),
      checkpoint: () => this.#answer(reportCheckpoint),
      savepoint: (dir) => this.#answer((master) => master.savepoints.take(master.checkpoint(), dir)),
      rescale: (operator, instances) => this.#answer((master) => master.layouts.rescale(operator, instances)),
      stats: () => this.#stats(),
      signal: (name, value) => this.#signal(name, value),
      query: (query) => this.#query(query),
      profile: (ms, directory) => this.#profile(ms, directory),
      serveUi: (options) => this.#answer((master) => this.#ui.serve(master, options)),
      closeUi: () => this.#ui.close(),
      serveCommands: (options) => this.#answer((master) => this.#commands.serve(master, options)),
    }
  }

  /** What the dashboard shows and does, which does not need the app thread. */
  #subject(master: JobMaster): UiSubject {
    const plan = (): Plan => this.#plan!
    return {
      get plan() {
        return plan()
      },
      options: this.#task.options,
      log: this.#log,
      stats: () => this.#stats(),
      checkpoint: () => reportCheckpoint(master),
      savepoint: (dir) => master.savepoints.take(master.checkpoint(), dir),
      rescale: (operator, instances) => master.layouts.rescale(operator, instances),
      stop: (drain) => {
        master.stop(drain)
        this.app.stopAsked(drain)
      },
    }
  }

  /** What the master has to say, once there is one. */
  async #answer<T>(call: (master: JobMaster) => Promise<T>): Promise<Answer<T>> {
    try {
      await this.#begun
      return { value: await call(this.#master!) }
    } catch (error) {
      return { failure: describeError(error) }
    }
  }

  /** A worker that is lost meanwhile leaves no profile. */
  async #profile(ms: number, directory: string): Promise<Answer<string[]>> {
    const { workers } = this.#pool
    const started = await Promise.allSettled(workers.map((worker) => worker.startProfile()))
    const failed = started.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined
    if (failed !== undefined) return { failure: describeError(failed.reason) }
    await new Promise<void>((resolve) => void this.setTimer(resolve, ms))
    const stamp = new Date(this.clock.nowMs()).toISOString().replaceAll(':', '-')
    const paths = workers.map(({ index }) => join(directory, `${this.#plan!.graph.jobName}-worker-${index}-${stamp}.cpuprofile`))
    const stopped = await Promise.allSettled(workers.map((worker, at) => worker.stopProfile(paths[at]!)))
    const broken = stopped.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined
    const written = paths.filter((_, index) => stopped[index]!.status === 'fulfilled')
    return written.length === 0 && broken !== undefined ? { failure: describeError(broken.reason) } : { value: written }
  }

  async #query({ operator, state, key, at }: StateQuery): Promise<Answer<StateAnswer>> {
    try {
      const place = placeOfState(this.#plan!, this.#task.options.keyGroups, operator, state, key)
      const worker = this.#pool.worker(place.worker)
      if (at === 'live') return { value: this.#master?.state === 'running' ? await worker.query(place, key) : null }
      const manifest = this.#master?.latest ?? null
      return { value: manifest === null ? null : await worker.queryCheckpoint(manifest, place, key) }
    } catch (error) {
      return { failure: describeError(error) }
    }
  }

  /** A worker that is lost meanwhile, or not there yet, hears of it with its attempt. */
  #signal(name: string, value: number): boolean {
    if (!this.#signals.has(name) && this.#signals.size === SIGNALS_MAX) return false
    this.#signals.set(name, value)
    for (const worker of this.#pool.workers) worker.signal(name, value).catch(() => {})
    return true
  }

  async #stats(): Promise<RunStats> {
    const answers = await Promise.allSettled(this.#pool.workers.map((worker) => worker.stats()))
    const workers = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
    const { attempt = 0, state = 'starting', latest = null } = this.#master ?? {}
    const checkpoints = (this.#master?.metrics ?? new CheckpointMetrics(this.clock)).stats(latest)
    const load = await this.#measures.of(this.#plan, workers)
    return {
      attempt,
      state,
      checkpoint: latest?.id ?? 0,
      restarts: this.#master?.supervisor.restartsUpTo(attempt) ?? 0,
      actorRestarts: this.#master?.supervisor.actorRestarts ?? 0,
      checkpoints,
      ...load,
    }
  }
}

async function reportCheckpoint(master: JobMaster): Promise<CheckpointReport> {
  return { id: (await master.checkpoint()).id }
}

/** Calls that nobody waits for: the app thread may be busy for seconds, or gone. */
function oneWay(remote: AppEvents): AppEvents {
  return new Proxy(remote, {
    get:
      (target, name) =>
      (...args: unknown[]) => {
        const call = target[name as keyof AppEvents] as (...args: unknown[]) => unknown
        void Promise.resolve(call(...args)).catch(() => {})
      },
  })
}
