import type { CheckpointEnd } from '../../actor/actor-parts.ts'
import type { Actor } from '../../actor/actor.ts'
import type { Registry } from '../../actor/contract.ts'
import type { Manifest } from '../../checkpoint/manifest.ts'
import type { WorkerGate } from '../../control/master-host.ts'
import { describeError, reviveError } from '../../core/failure.ts'
import { MillraceError } from '../../errors.ts'
import type { Prng } from '../../core/prng.ts'
import type { Graph } from '../../graph/graph.ts'
import type { Job } from '../../graph/job.ts'
import { EVENT_LOOP_TURN_MS } from '../../limits.ts'
import type { ReadChunks } from '../../worker/restored-state.ts'
import type { Deployment, EngineOptions } from '../../worker/deployment.ts'
import { type WorkerOutlets, workerEvents } from '../../worker/worker-events.ts'
import { WorkerService } from '../../worker/worker-service.ts'
import type { TableStore } from '../../state/tables/table-store.ts'
import type { RowsAnswer, WorkingStore } from '../../state/working/working-store.ts'
import type { WorkerStats } from '../../worker/worker-stats.ts'
import { watchedOperator, watchedOperators } from './faulty-operators.ts'
import { AttemptProbe, type WatermarkLaw, checkCredits } from './laws.ts'
import { Link } from './link.ts'
import { SimulatedBell } from './simulated-bell.ts'
import type { SimulatedThread, Simulation } from './simulation.ts'

export interface SimulatedWorkerParts {
  readonly index: number
  readonly options: EngineOptions
  readonly doorbells: SharedArrayBuffer
  readonly registry: Registry
  readonly generateCode: boolean
  readonly readChunks: ReadChunks
  readonly outlets: WorkerOutlets
  readonly working: SimulatedWorking
  /** Virtual time until which sinks stand still. */
  readonly isStalled: () => boolean
  readonly watermarks: WatermarkLaw
  /** What was ordered by {@link SimulatedWorker.endAfter} is due, and happens within an operator's call. */
  readonly ending: (worker: SimulatedWorker, end: Ending) => void
}

/** Working state as the storage thread of the run has it. */
export interface SimulatedWorking {
  write(attempt: number, table: number, rows: Uint8Array): void
  table(attempt: number, lineage: string, path: string): TableStore
  /** Null: the attempt is over. */
  answer(attempt: number, table: number, keys: Uint8Array): Uint8Array | null
}

/** An operator throws, the thread ends, the process ends. */
export type Ending = 'throw' | 'worker' | 'kill'

/** A worker thread of a simulated run: the real engine, and the calls that reach it by message. */
export class SimulatedWorker implements SimulatedThread, WorkerGate {
  readonly name: string
  readonly index: number
  readonly #simulation: Simulation
  readonly #service: WorkerService
  readonly #bell: SimulatedBell
  readonly #probe: AttemptProbe
  readonly #chance: Prng
  readonly #mailboxBytes: number
  readonly #in: Link
  readonly #out: Link
  readonly #toStorage: Link
  readonly #isStalled: () => boolean
  readonly #watermarks: WatermarkLaw
  readonly #ending: SimulatedWorkerParts['ending']
  /** To be told when the thread ends. */
  readonly #pending = new Set<(reason: unknown) => void>()
  #endedBy: MillraceError | null = null
  #ordered: Ending | null = null
  #callsLeft = 0
  #cancelAlarm: () => void = () => {}
  /** The job is loaded: from now on its loss can be made good. */
  isPrepared = false

  constructor(simulation: Simulation, parts: SimulatedWorkerParts) {
    const { index, options, doorbells, registry, generateCode, readChunks, outlets, working } = parts
    this.#isStalled = parts.isStalled
    this.#ending = parts.ending
    this.#watermarks = parts.watermarks
    this.name = `worker ${index}`
    this.index = index
    this.#simulation = simulation
    this.#bell = new SimulatedBell(doorbells, index)
    this.#probe = new AttemptProbe(simulation)
    this.#chance = simulation.fork(this.name)
    this.#mailboxBytes = options.mailboxBytes
    this.#in = new Link(simulation, `control > ${this.name}`)
    this.#out = new Link(simulation, `${this.name} > control`)
    this.#toStorage = new Link(simulation, `${this.name} > storage`)
    const fromStorage = new Link(simulation, `storage > ${this.name}`)
    this.#service = new WorkerService(index, options, {
      workingStore: (attempt, table) => this.#workingStore(working, { attempt, table, toStorage: this.#toStorage, fromStorage }),
      openTable: (attempt, lineage, path) => working.table(attempt, lineage, path),
      clock: simulation.clock,
      loadOperators: async () => watchedOperators(registry, () => this.#called()),
      generateCode,
      readChunks,
      probe: this.#probe,
      events: workerEvents(() => this.#service.plan, {
        store: (message) => {
          this.#eachActor((actor, task, instance) => {
            if (task === message.task && instance === message.index) parts.watermarks.taken(message, actor)
          })
          this.#toStorage.send(`store ${message.checkpoint}`, message, outlets.store)
        },
        failed: (failure, offer) => this.#out.send('failed', { failure, offer }, (copy) => outlets.failed(copy.failure, copy.offer)),
        notify: (attempt, notice) => this.#out.send(notice.event, notice, (copy) => outlets.notify(attempt, copy)),
        checkpointWanted: (attempt) => this.#out.send('checkpointWanted', attempt, outlets.checkpointWanted),
      }),
      onWake: () => {
        this.#bell.ring()
        simulation.stirred()
      },
    })
  }

  /** Questions and answers take their time, as all messages do. */
  #workingStore(
    working: SimulatedWorking,
    { attempt, table, toStorage, fromStorage }: { attempt: number; table: number; toStorage: Link; fromStorage: Link },
  ): WorkingStore {
    const answered = (rows: Uint8Array | null, answer: RowsAnswer): void => {
      if (rows !== null) fromStorage.send('working rows', rows, (received) => answer(received, null))
    }
    return {
      table,
      write: (rows) => toStorage.send('working write', rows, (received) => working.write(attempt, table, received)),
      ask: (keys, answer) => toStorage.send('working ask', keys, (received) => answered(working.answer(attempt, table, received), answer)),
    }
  }

  isAwake(): boolean {
    return this.#bell.look()
  }

  turn(): boolean {
    const runtime = this.#service.runtime
    // A short turn now and then: other threads come in between.
    const budgetMs = this.#chance.nextFloat() ** 3 * EVENT_LOOP_TURN_MS
    const worked = runtime?.turn(budgetMs) ?? false
    if (runtime !== null) checkCredits(this.#simulation, runtime, this.#mailboxBytes)
    if (!worked) this.#fallAsleep()
    return worked
  }

  /** Actors that want to run at some time wake it, as the end of a thread's sleep would. */
  #fallAsleep(): void {
    this.#bell.fallAsleep(() => this.#service.runtime?.hasWork() ?? false)
    const idleMs = this.#service.runtime?.idleMs ?? Infinity
    this.#cancelAlarm()
    if (idleMs !== Infinity) this.#cancelAlarm = this.#simulation.after(idleMs, `${this.name} wakes`, () => this.#bell.ring())
  }

  get awaitsOutside(): boolean {
    // What stands still by order goes on by order.
    return !this.#isStalled() && (this.#service.runtime?.awaitsPromises ?? false)
  }

  overslept(): boolean {
    // Times are its alarm's business, and looking at the clock makes time pass.
    return !this.#bell.look() && (this.#service.runtime?.hasFrames() ?? false)
  }

  describe(): string {
    const actors = [...(this.#service.runtime?.actors ?? [])]
    const states = actors.map(
      (actor) =>
        `${actor.name}: ${actor.state}, ${actor.recordsIn} in, ${actor.outputs.join(' + ')} out, ${actor.mailbox.bytes} bytes in its mailbox`,
    )
    return `${this.name}, ${this.#bell.isAsleep ? 'asleep' : 'awake'}${states.map((state) => `\n    ${state}`).join('')}`
  }

  async prepare(job: Job, config: unknown): Promise<string[]> {
    const watched = { ...job, buildGraph: async (raw: unknown) => this.#watched(await job.buildGraph(raw)) }
    const graph = await this.#call('prepare', [job.name], () => this.#service.prepare(watched, config))
    this.isPrepared = true
    return graph
  }

  /** So many calls of operators from now, something happens in the middle of one. */
  endAfter(calls: number, end: Ending): void {
    if (this.#ordered !== null) return
    this.#ordered = end
    this.#callsLeft = calls
  }

  /** The thread is gone. Nobody has been told yet. */
  die(): void {
    this.#endedBy = new MillraceError('MR_WORKER_LOST', `${this.name} was lost`)
    this.#cancelAlarm()
    for (const link of [this.#in, this.#out, this.#toStorage]) link.cut(this.#chance)
  }

  /** The end of the thread is seen: calls that are under way fail. */
  buried(): MillraceError {
    for (const reject of this.#pending) reject(this.#endedBy)
    this.#pending.clear()
    return this.#endedBy!
  }

  #called(): void {
    if (this.#endedBy !== null) throw this.#endedBy
    if (this.#ordered === null || --this.#callsLeft > 0) return
    const end = this.#ordered
    this.#ordered = null
    this.#ending(this, end)
    throw new Error(`planned failure (${end})`)
  }

  /** Operators of the job's own are watched as the others are. */
  #watched(graph: Graph): Graph {
    const nodes = graph.nodes.map((node) =>
      node.definition === undefined ? node : { ...node, definition: watchedOperator(node.definition, () => this.#called()) },
    )
    return { ...graph, nodes }
  }

  deploy(deployment: Deployment, restore: Manifest | null): Promise<void> {
    return this.#call('deploy', [deployment, restore] as const, async ([sent, manifest]) => {
      this.#probe.attempt = sent.attempt
      await this.#service.deploy(sent, manifest)
      if (manifest === null) return
      this.#eachActor((actor, task) => this.#watermarks.restored(this.#simulation, manifest, task, actor))
    })
  }

  #eachActor(look: (actor: Actor, task: string, instance: number) => void): void {
    const { plan, runtime } = this.#service
    for (const actor of runtime?.actors ?? []) {
      const { task, index } = plan.actors[actor.id]!
      look(actor, plan.tasks[task]!.name, index)
    }
  }

  start(): Promise<void> {
    return this.#call('start', null, () => this.#service.start())
  }

  restartActor(actor: number, restore: Manifest | null): Promise<void> {
    return this.#call('restartActor', [actor, restore] as const, ([id, manifest]) => this.#service.restartActor(id, manifest))
  }

  stop(): Promise<void> {
    return this.#call('stop', null, () => this.#service.stop())
  }

  triggerCheckpoint(checkpoint: number, last: boolean): Promise<boolean> {
    return this.#call('triggerCheckpoint', [checkpoint, last] as const, ([id, isLast]) => this.#service.triggerCheckpoint(id, isLast))
  }

  checkpointEnded(checkpoint: number, end: CheckpointEnd): Promise<void> {
    return this.#call('checkpointEnded', [checkpoint, end] as const, ([id, how]) => this.#service.checkpointEnded(id, how))
  }

  drainSources(): Promise<void> {
    return this.#call('drainSources', null, () => this.#service.drainSources())
  }

  stats(): Promise<WorkerStats> {
    return this.#call('stats', null, () => this.#service.stats())
  }

  /** Whatever happened before: nothing of the user's stays open. */
  close(): Promise<void> {
    return this.#service.stop()
  }

  /** A message there, the call, a message back. Every call rings the bell, as under threads. */
  #call<M, T>(name: string, message: M, handle: (message: M) => T | Promise<T>): Promise<T> {
    if (this.#endedBy !== null) return Promise.reject(this.#endedBy)
    return new Promise((resolve, reject) => {
      this.#pending.add(reject)
      const settled = (): void => void this.#pending.delete(reject)
      this.#in.send(name, message, (received) => {
        this.#bell.ring()
        void this.#simulation
          .outside(async () => handle(received))
          .then(
            (value) => this.#out.send(`${name} done`, value, (answer) => (settled(), resolve(answer))),
            (error) => this.#out.send(`${name} failed`, describeError(error), (failure) => (settled(), reject(reviveError(failure)))),
          )
      })
    })
  }
}
