import type { Actor } from '../actor/actor.ts'
import type { CheckpointEnd } from '../actor/actor-parts.ts'
import type { Registry } from '../actor/contract.ts'
import type { Plan } from '../graph/plan.ts'
import type { Key } from '../core/key-hash.ts'
import type { StateAnswer } from './state-place.ts'
import { within } from '../core/within.ts'
import { FRAMES_DRAINED_BYTES_MAX, SINK_CLOSE_MS_MAX } from '../limits.ts'
import { BLOCKED_PER_STEP, BLOCKED_PER_TURN } from './turn-limits.ts'
import { Alarms } from './alarms.ts'
import type { Deployment, EngineOptions } from './deployment.ts'
import { FailingActors } from './failing-actors.ts'
import { Linger } from './linger.ts'
import { LoadMeter } from './load-meter.ts'
import { Priorities } from './priorities.ts'
import type { ReadyLevels } from './ready-levels.ts'
import { ReadySet } from './ready-set.ts'
import { RecordCount } from './record-count.ts'
import { type Wiring, wireWorker } from './wire-worker.ts'
import { attemptOver } from './attempt-over.ts'
import { FINAL_SNAPSHOT, type RestoredState, type WorkerHost } from './worker-host.ts'

/**
 * The engine of one worker: its actors of one attempt, run to completion one batch at a time. Knows nothing of threads or sleep; its host
 * calls `turn` again and again.
 */
export class WorkerRuntime {
  readonly #plan: Plan
  readonly #host: WorkerHost
  readonly #linger: Linger
  readonly #wiring: Wiring
  readonly #ready: ReadySet | ReadyLevels
  readonly #priorities: Priorities
  readonly #blocked: ReadySet
  readonly #waiting: ReadySet
  /** Those that wait for state from the storage thread. */
  readonly #fetching: ReadySet
  /** Those that have failed, and may restart alone. */
  readonly failing: FailingActors
  readonly load: LoadMeter
  readonly #alarms: Alarms
  readonly #attempt: number
  readonly #index: number
  readonly #activity: Int32Array
  readonly #records: RecordCount
  /** Whoever waits for something that comes in this attempt or not at all. */
  readonly #onOver = new Set<() => void>()
  #running = false
  #stopped = false
  #opening: Promise<void> = Promise.resolve()
  /** What operators still do about checkpoints that have ended. */
  readonly #ending = new Set<Promise<void>>()

  constructor(plan: Plan, registry: Registry, options: EngineOptions, index: number, deployment: Deployment, host: WorkerHost) {
    this.#plan = plan
    this.#host = host
    this.#alarms = new Alarms(host.clock)
    this.#linger = new Linger(options.lingerMs, plan.actors.length)
    this.#attempt = deployment.attempt
    this.#index = index
    this.#activity = new Int32Array(deployment.activity)
    const due = (): void => host.events.checkpointWanted(deployment.attempt)
    this.#records = new RecordCount(deployment.recordsRead, options.checkpointEveryRecords, due)
    this.#priorities = new Priorities(plan, index)
    this.#ready = this.#priorities.levels ?? new ReadySet(plan.actors.length)
    this.#blocked = new ReadySet(plan.actors.length)
    this.#waiting = new ReadySet(plan.actors.length)
    this.#fetching = new ReadySet(plan.actors.length)
    this.load = new LoadMeter(plan.actors.length, host.clock.monotonicMs())
    this.#wiring = wireWorker({
      plan,
      registry,
      options,
      index,
      deployment,
      host,
      markReady: (actor) => this.#markReady(actor),
      wakeAt: (actor, monotonicMs) => this.#alarms.pauses.set(actor, monotonicMs),
      snapshotPart: (actor, checkpointId, chunks) => host.events.snapshotPart(deployment.attempt, checkpointId, actor, chunks),
      snapshotTaken: (actor, checkpointId, chunks, timing) =>
        host.events.snapshotTaken(deployment.attempt, checkpointId, actor, chunks, timing),
    })
    this.failing = new FailingActors(plan, this.#wiring, (id) => {
      this.#markReady(id)
      host.onWake()
    })
  }

  get actors(): Iterable<Actor> {
    return this.#wiring.actors.values()
  }

  /** Opens actor by actor, with what they keep in a checkpoint, until the attempt is stopped: another one may begin then. */
  async open(restored: RestoredState | null, checkpoint = 0): Promise<void> {
    this.#opening = this.#open(restored, checkpoint)
    await this.#opening
  }

  async #open(restored: RestoredState | null, checkpoint: number): Promise<void> {
    for (const actor of this.#wiring.actors.values()) {
      if (this.#stopped) return
      const placement = this.#plan.actors[actor.id]!
      await actor.open((operator) => restored?.(operator, placement.index) ?? [], checkpoint)
    }
  }

  start(): void {
    this.#running = true
    for (const id of this.#wiring.actors.keys()) this.#ready.add(id)
  }

  /** What an operator of an actor keeps for a key. Null while nothing runs: the answer would be out of date. */
  async query(actor: number, operator: string, state: string, key: Key): Promise<StateAnswer> {
    if (!this.#running) return null
    const reading = this.#wiring.actors.get(actor)!.query(operator, state, key)
    return reading instanceof Promise ? this.#untilOver(reading.then((stored) => ({ stored }))) : { stored: reading }
  }

  /** What is fetched for an attempt may not come any more when that is over: null then. */
  #untilOver<T>(fetched: Promise<T>): Promise<T | null> {
    return new Promise((resolve, reject) => {
      const over = (): void => resolve(null)
      this.#onOver.add(over)
      fetched.then(resolve, reject).finally(() => this.#onOver.delete(over))
    })
  }

  /** Nothing runs any more; what operators took is given back. */
  async stop(): Promise<void> {
    this.#running = false
    this.#stopped = true
    for (const over of this.#onOver) over()
    this.#ready.clear()
    await this.#opening.catch(() => {})
    await this.failing.stop()
    if (this.#ending.size > 0) await within(SINK_CLOSE_MS_MAX, Promise.allSettled(this.#ending))
    for (const actor of this.#wiring.actors.values()) await actor.close()
  }

  /** Runs ready actors for about `budgetMs`. False when there was nothing to do. */
  turn(budgetMs: number): boolean {
    if (!this.#running) return false
    const { clock } = this.#host
    const startMs = clock.monotonicMs()
    let nowMs = startMs
    this.load.turnBegins(startMs)
    if (startMs >= this.#priorities.dueMs) this.#lookAtPriorities(startMs)
    let worked = this.#drain()
    this.#retryBlocked(BLOCKED_PER_TURN)
    this.#wakeDue()
    while (this.#running && nowMs - startMs < budgetMs) {
      const id = this.#ready.next()
      if (id === -1) break
      worked = true
      const beforeMs = nowMs
      this.#step(id, beforeMs)
      if (!this.#running) break
      nowMs = clock.monotonicMs()
      this.load.worked(id, nowMs - beforeMs)
      this.#priorities.levels?.spent(id, nowMs - beforeMs)
      this.#drain()
      if (this.#blocked.size > 0) this.#retryBlocked(BLOCKED_PER_STEP)
    }
    this.#announce()
    this.load.turnEnds(startMs, nowMs, !worked && this.#blocked.size > 0)
    return worked
  }

  /** By actor; NaN for those of other workers. */
  get priorities(): Float64Array {
    return this.#priorities.current
  }

  #lookAtPriorities(nowMs: number): void {
    const { clock, signals } = this.#host
    const sources = { actors: this.#wiring.actors, load: this.load, nowMs, wallMs: clock.nowMs(), signals }
    this.#priorities.look(sources, (actor, error) => this.#failed(actor, error))
  }

  /** False while actors open, and after the end: only the event loop brings what comes next. */
  get isRunning(): boolean {
    return this.#running
  }

  /** True while a source waits for a promise: then the event loop must not sleep. */
  get awaitsPromises(): boolean {
    return this.#waiting.size > 0
  }

  /** True while something is to come that only the event loop brings: a promise, a message. */
  get awaitsEvents(): boolean {
    return this.#waiting.size > 0 || this.#fetching.size > 0
  }

  /** Time in ms until some actor wants to run, whether frames come or not; Infinity for none. */
  get idleMs(): number {
    return this.#alarms.idleMs
  }

  /** The last look before sleep. */
  hasWork(): boolean {
    if (this.#running) this.#wakeDue()
    return this.hasFrames()
  }

  /** The same, whatever the clock says. */
  hasFrames(): boolean {
    if (!this.#running) return false
    this.#retryBlocked(Infinity)
    return this.#running && (this.#ready.size > 0 || this.#wiring.consumers.some(({ consumer }) => !consumer.isEmpty))
  }

  /** Sources end as if their input were over; what they have made is processed to the end. */
  drainSources(): void {
    if (!this.#running) return
    for (const actor of this.#wiring.actors.values()) {
      actor.endSource()
      this.#markReady(actor.id)
    }
  }

  /** False when one of the actors cannot take part before it has said what is left at the end of its input. */
  triggerCheckpoint(checkpointId: number, last: boolean): boolean {
    let takesPart = true
    if (!this.#running) return takesPart
    for (const actor of this.#wiring.actors.values()) {
      takesPart = actor.requestBarrier(checkpointId, last) && takesPart
      if (actor.injectsBarriers) this.#markReady(actor.id)
    }
    return takesPart
  }

  /** Tells every actor at once, and resolves when all that they do about it in promises is done. Rejects with what a sink could not commit. */
  async checkpointEnded(checkpointId: number, end: CheckpointEnd): Promise<void> {
    const open: Promise<void>[] = []
    for (const actor of this.#wiring.actors.values()) {
      if (!this.#running) return attemptOver(checkpointId, end)
      try {
        for (const done of actor.checkpointEnded(checkpointId, end)) open.push(this.#watched(actor.id, done))
      } catch (error) {
        this.#failed(actor.id, error)
        throw error
      }
      this.#markReady(actor.id)
    }
    await Promise.all(open)
  }

  /** What fails when the attempt is over changes nothing any more. */
  #watched(id: number, done: Promise<unknown>): Promise<void> {
    const over = (): void => void this.#ending.delete(watched)
    const watched = done.then(
      () => {},
      (error: unknown) => {
        if (this.#running) this.#failed(id, error)
        throw error
      },
    )
    this.#ending.add(watched)
    watched.then(over, over)
    return watched
  }

  #markReady(id: number): void {
    if (this.#running && !this.#blocked.has(id) && !this.failing.has(id)) this.#ready.add(id)
  }

  #step(id: number, nowMs: number): void {
    const actor = this.#wiring.actors.get(id)!
    this.load.goesOn(id, nowMs)
    try {
      const { batches, recordsIn } = actor
      const result = actor.step()
      if (actor.injectsBarriers) this.#records.add(actor.recordsIn - recordsIn)
      if (actor.batches !== batches) this.#activity[this.#index]!++
      if (actor.awaitsPromise) this.#waiting.add(id)
      else this.#waiting.delete(id)
      if (actor.awaitsState) this.#fetching.add(id)
      else this.#fetching.delete(id)
      if (actor.hasTimers) this.#alarms.timers.set(id, actor.wakeAtMs)
      if (result === 'progress') {
        this.#linger.stepped(actor, nowMs)
        if (actor.state === 'finished') this.#host.events.snapshotTaken(this.#attempt, FINAL_SNAPSHOT, id, actor.finalChunks!)
        return
      }
      if (result === 'storing') return
      this.#ready.delete(id)
      if (result !== 'blocked') return
      this.#blocked.add(id)
      this.load.blocked(id, nowMs)
    } catch (error) {
      this.#failed(id, error)
    } finally {
      this.#announce()
    }
  }

  /** All stand still, unless the actor may restart alone: what becomes of it is decided elsewhere. */
  #failed(id: number, error: unknown): void {
    const actor = this.#wiring.actors.get(id)!
    const offer = this.#wiring.lone.offerOf(actor)
    if (offer?.because === null) this.#setAside(actor)
    else this.#running = false
    this.#host.events.failed(this.#attempt, id, error, offer)
  }

  #setAside(actor: Actor): void {
    this.failing.setAside(actor)
    for (const set of [this.#ready, this.#blocked, this.#waiting, this.#fetching]) set.delete(actor.id)
    this.#alarms.timers.set(actor.id, Infinity)
  }

  /** One that is blocked runs as soon as it can, and says anew when it wants to. */
  #wakeDue(): void {
    this.#alarms.takeDue((id) => this.#markReady(id))
  }

  #drain(): boolean {
    let worked = false
    for (const peer of this.#wiring.consumers) {
      if (peer.consumer.drain(this.#wiring.onFrame, FRAMES_DRAINED_BYTES_MAX) === 0) continue
      worked = true
      if (peer.consumer.takeSpaceWanted()) peer.bell.ring()
    }
    return worked
  }

  /** Each has its turn: some of those that are blocked, since there may be thousands. */
  #retryBlocked(most: number): void {
    for (let left = Math.min(most, this.#blocked.size); left > 0; left--) {
      const id = this.#blocked.next()
      try {
        if (!this.#wiring.actors.get(id)!.flushKept()) continue
        this.#blocked.delete(id)
        this.#ready.add(id)
      } catch (error) {
        this.#failed(id, error)
        break
      }
    }
    this.#announce()
  }

  #announce(): void {
    for (const peer of this.#wiring.producers) peer.announce()
  }
}
