import type { CheckpointCoordinator, CoordinatorEffect, CoordinatorEvent } from '../checkpoint/coordinator.ts'
import type { Manifest } from '../checkpoint/manifest.ts'
import { type FailureData, describeError } from '../core/failure.ts'
import { INSPECTOR_LOOK_MS, TIMER_MS_MAX } from '../limits.ts'
import type { StorageToControl } from '../storage/protocol.ts'
import { isIncurable } from '../supervision/decide.ts'
import { ActivityWatch } from './activity-watch.ts'
import { Appointment, timeMs } from './appointment.ts'
import { withBadRecords } from './bad-records.ts'
import { lastCheckpointFailure } from './call-failure.ts'
import { CheckpointMetrics } from './checkpoint-metrics.ts'
import { CheckpointRequests, checkpointFailed } from './checkpoint-requests.ts'
import { commitOrder } from './commit-order.ts'
import { drainSources } from './drain-sources.ts'
import { FailedCheckpoints } from './failed-checkpoints.ts'
import { finishRun } from './finish-run.ts'
import { injectBarrier } from './inject-barrier.ts'
import { Layouts } from './layouts.ts'
import type { JobSettings, MasterHost, RunEnd, RunState } from './master-host.ts'
import { Savepoints } from './savepoints.ts'
import { coordinatorEvent } from './storage-events.ts'
import { StoredRun } from './stored-run.ts'
import { Supervisor } from './supervisor.ts'
import type { LoneOffer } from '../worker/lone-actors.ts'

/**
 * The life of one run: starts attempts, carries out what the checkpoint coordinator and the supervisor decide, ends the run. Knows no thread
 * and no clock but those of its host.
 */
export class JobMaster {
  readonly #host: MasterHost
  readonly #settings: JobSettings
  readonly layouts: Layouts
  readonly #stored: StoredRun
  #coordinator: CheckpointCoordinator | null = null
  readonly supervisor: Supervisor
  #state: RunState = 'starting'
  #attempt = 0
  readonly #nextTick: Appointment
  readonly #activity = new ActivityWatch()
  readonly #requests = new CheckpointRequests()
  readonly savepoints = new Savepoints((order) => this.#host.storage.send(order))
  readonly #failedCheckpoints: FailedCheckpoints
  readonly metrics: CheckpointMetrics
  /** While stopping: the checkpoint that the run ends with, 0 before it has begun. */
  #lastCheckpoint = 0
  /** Sources are to end, in this attempt and in those after it. */
  #draining = false
  /** The attempt is on the workers, or about to be. */
  #deploying = false

  constructor(host: MasterHost, settings: JobSettings) {
    this.#host = host
    this.#settings = settings
    this.metrics = new CheckpointMetrics(host.clock)
    this.layouts = new Layouts(settings, host, {
      latest: () => this.latest,
      isEnding: () => this.#isStopping() || this.#draining || this.#state === 'ended' || this.#coordinator?.drains === true,
      trigger: () => this.#trigger(false),
    })
    this.#stored = new StoredRun(settings)
    this.#nextTick = new Appointment(host, () => this.#tick())
    this.#failedCheckpoints = new FailedCheckpoints(settings.checkpointFailuresTolerated)
    this.supervisor = new Supervisor(host, settings.restart, this)
  }

  get state(): RunState {
    return this.#state
  }

  get attempt(): number {
    return this.#attempt
  }

  /** Newest complete checkpoint. */
  get latest(): Manifest | null {
    return this.#stored.latest
  }

  /** The storage thread opened its directory: resume from its newest checkpoint, or begin anew. */
  opened(opened: StorageToControl & { type: 'opened' }): void {
    try {
      this.#coordinator = this.#stored.opened(opened, this.#host.clock.nowMs())
      this.#begin()
    } catch (error) {
      this.fail(describeError(error, { kind: 'storage' }))
    }
  }

  /** One thing after the other, then the first attempt. */
  #begin(): void {
    const order = this.#stored.nextOrder()
    if (order === undefined) void this.#startAttempt(1)
    else this.#host.storage.send(order)
  }

  /** A message of the storage thread. */
  stored(message: StorageToControl): void {
    this.metrics.stored(message)
    if (message.type === 'committed') this.#stored.latest = message.manifest
    if (message.type === 'exported' || message.type === 'export-failed') return this.savepoints.stored(message)
    const event = coordinatorEvent(message, timeMs(this.#host))
    if (event !== null) this.#decide(event)
    switch (message.type) {
      case 'opened':
        return this.opened(message)
      case 'committed':
      case 'commit-failed':
        return this.#stored.settled()
      case 'declined':
        return void (event === null && this.failed(message.failure))
      case 'open-failed':
      case 'finish-failed':
        return this.fail(message.failure)
      case 'finished':
        return void this.#end({ outcome: 'finished' })
      case 'imported':
        this.#stored.imported(message.manifest)
        return this.#begin()
      case 'forgotten':
        return this.#begin()
      default:
    }
  }

  /** Something went wrong; what happens now is the supervisor's decision. */
  failed(failure: FailureData, offer: LoneOffer | null = null): void {
    if (this.#state === 'ended') return
    // Nothing is lost, since the next launch goes on from the last complete checkpoint; but what stop() promises did not happen.
    if (this.#state === 'stopping') return this.fail(failure)
    const next = this.supervisor.handle(failure, offer)
    if (next !== null) void this.#restart(next.attempt, next.delayMs)
  }

  /** Gives up the checkpoint in flight; resolves at once, or when one that is being committed is there. */
  withoutCheckpoint(): Promise<void> {
    this.#decide({ type: 'actor-restarting', nowMs: timeMs(this.#host) })
    return this.#stored.untilSettled(this.#coordinator)
  }

  /** A worker thread ended by itself; its replacement is on the way, and the next attempt waits for it. */
  lost(failure: FailureData): void {
    // Several may end at once, or one while others are told to stop: an attempt that is over cannot fail again.
    if (this.#state === 'restarting' && !this.#deploying && !isIncurable(failure)) return
    this.failed({ ...failure, attempt: this.#attempt })
  }

  /** Ends the run with an error. */
  fail(failure: FailureData): void {
    void this.#end({ outcome: 'failed', failure })
  }

  /**
   * Takes a checkpoint now, or right after the one in flight; resolves when it is complete.
   * @throws MillraceError MR_CHECKPOINT_FAILED
   */
  checkpoint(): Promise<Manifest> {
    const asked = this.#requests.add()
    this.#trigger(false)
    return asked
  }

  /** A worker asks for one, soon. */
  checkpointWanted(attempt: number): void {
    if (attempt === this.#attempt) this.#trigger(true)
  }

  #trigger(patient: boolean): void {
    this.#decide({ type: 'triggered', nowMs: timeMs(this.#host), patient })
  }

  /** `drain`: sources end, everything in flight is processed, last results are emitted. Otherwise: a last checkpoint, then the end. Sources that have ended have drained. */
  stop(drain: boolean): void {
    if (this.#state === 'ended' || this.#state === 'stopping') return
    if (drain) {
      this.#draining = true
      if (this.#state === 'running') drainSources(this.#host.workers())
      return
    }
    if (this.#state !== 'running') return void this.#end({ outcome: 'stopped' })
    this.#state = 'stopping'
    this.layouts.giveUp()
    this.#trigger(false)
    const late = (): void =>
      void (this.#drainsToStop() && this.fail(lastCheckpointFailure('could not be taken: sources had ended, the rest not', this)))
    if (this.#settings.checkpointTimeoutMs < TIMER_MS_MAX) this.#host.setTimer(late, this.#settings.checkpointTimeoutMs)
  }

  async #startAttempt(attempt: number): Promise<void> {
    this.#attempt = attempt
    try {
      const workers = await this.#host.workersReady()
      if (this.#isOver(attempt)) return
      this.#host.storage.send({ type: 'attempt', attempt })
      const deployment = { ...this.layouts.allocate(attempt), ...this.#stored.deployedWith }
      this.#deploying = true
      this.#activity.watch(deployment.activity)
      await Promise.all(workers.map((worker) => worker.deploy(deployment, this.latest)))
      if (this.#isOver(attempt)) return
      this.#stored.restored()
      this.#host.app.attemptStarted(deployment, this.latest?.id ?? 0)
      if (this.#state !== 'stopping') this.#state = 'running'
      this.#decide({ type: 'attempt-started', nowMs: timeMs(this.#host), attempt, ...this.layouts.cast })
      const started = Promise.all(workers.map((worker) => worker.start())) // first: a barrier before it is lost
      if (this.#requests.areOpen || this.layouts.isChanging) this.#trigger(false)
      await started
      this.layouts.running()
      if (this.#draining && !this.#isOver(attempt)) drainSources(this.#host.workers())
    } catch (error) {
      const failure = this.#stored.fallBack(error, attempt)
      if (failure !== null) return this.failed(failure)
      this.#host.app.fellBack(this.latest!.id, describeError(error, { kind: 'storage', attempt }))
      await this.#startAttempt(this.supervisor.nextAttempt()) // what was restored of the damaged one is this attempt's
    }
  }

  #isOver(attempt: number): boolean {
    return this.#attempt !== attempt || this.#state === 'ended'
  }

  async #restart(attempt: number, delayMs: number): Promise<void> {
    this.#state = 'restarting'
    this.#deploying = false
    this.#attempt = attempt
    this.#decide({ type: 'attempt-ended', nowMs: timeMs(this.#host) })
    const paused = new Promise<void>((resolve) => void this.#host.setTimer(resolve, delayMs))
    await this.#stored.untilSettled(this.#coordinator)
    await Promise.all(this.#host.workers().map((worker) => worker.stop().catch(() => {})))
    await paused
    if (this.#attempt === attempt && this.#state === 'restarting') await this.#startAttempt(attempt)
  }

  async #end(end: RunEnd): Promise<void> {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    this.#nextTick.at(undefined)
    this.layouts.end()
    const counted = await withBadRecords(end, this.#settings.plan, this.#host.workers())
    await Promise.all(this.#host.workers().map((worker) => worker.stop().catch(() => {})))
    await this.#host.shutdown()
    this.#host.app.ended(counted)
  }

  #decide(event: CoordinatorEvent): void {
    if (this.#coordinator === null || this.#state === 'ended') return
    // Nothing may follow the end: a barrier after that of a stop would have sources read on.
    for (const effect of this.#coordinator.handle(event)) if (!this.#isOver(this.#attempt)) this.#carryOut(effect)
  }

  /** A stop whose last checkpoint cannot begin: the sources have ended, no barrier can flow. The rest drains, and ends in the final checkpoint. */
  #drainsToStop(): boolean {
    return this.#isStopping() && this.#coordinator?.drains === true
  }

  /** Nobody reads what the rest of a run that is to stop still says. It says so again after the next launch, which begins before it. */
  giveUp(): void {
    if (this.#drainsToStop()) void this.#end({ outcome: 'stopped' })
  }

  #isStopping(): boolean {
    return this.#state === 'stopping'
  }

  #carryOut(effect: CoordinatorEffect): void {
    // One before it has ended its attempt, and the checkpoint with that.
    if (effect.type === 'inject-barrier' && effect.attempt !== this.#attempt) return
    this.metrics.carriedOut(effect)
    switch (effect.type) {
      case 'inject-barrier':
        this.#activity.mark()
        this.#requests.began(effect.checkpoint)
        if (this.#isStopping()) this.#lastCheckpoint = effect.checkpoint
        return injectBarrier(this.#host, effect, this.layouts.began(effect.checkpoint) || this.#isStopping(), (event) =>
          this.#decide(event),
        )
      case 'commit':
        // The last one covers everything; any other began with its barrier.
        if (effect.status === 'finished') this.#requests.began(effect.checkpoint)
        return this.#host.storage.send(commitOrder(effect, this.#stored.lineage, this.#settings.identity, this.#host.clock.nowMs()))
      case 'abort':
        this.#activity.forget()
        this.#host.storage.send({ type: 'abort', attempt: effect.attempt, checkpoint: effect.checkpoint })
        if (effect.reason === 'attempt-ended') return this.#requests.goOn()
        return this.#gaveUp(effect)
      case 'complete':
        return this.#completed(effect)
      case 'schedule':
        return this.#nextTick.at(effect.atMs)
      case 'storage-stalled':
        return this.#host.app.checkpointFailed(effect.checkpoint, 'storage-stalled', null)
      case 'final-failed':
        return this.fail(lastCheckpointFailure('could not be committed', this, effect.cause))
    }
  }

  #completed({ checkpoint, attempt, status, tookMs }: CoordinatorEffect & { type: 'complete' }): void {
    this.#failedCheckpoints.completed()
    const size = this.metrics.completed(checkpoint, tookMs)
    this.#host.app.checkpointCompleted(checkpoint, size)
    this.#requests.completed(this.latest!)
    // Its attempt failed meanwhile: sinks commit it when the next one begins from it.
    if (attempt !== this.#attempt) return
    const committed = Promise.all(this.#host.workers().map((worker) => worker.checkpointEnded(checkpoint, { failure: null, tookMs, size })))
    if (status === 'finished')
      return void finishRun(this.#host, checkpoint, committed, {
        attempt,
        failed: (failure) => this.failed(failure),
        isOver: () => this.#isOver(attempt),
      })
    // What fails there is reported as a failure of its actor.
    committed.catch(() => {})
    if (checkpoint === this.#lastCheckpoint) void this.#end({ outcome: 'stopped' })
    else if (this.layouts.awaits(checkpoint) && !this.#isStopping()) this.#rearrange()
  }

  /** The next attempt takes over from the newest checkpoint, behind which nothing was read. */
  #rearrange(): void {
    const attempt = this.supervisor.nextAttempt()
    this.layouts.rearranging(attempt)
    void this.#restart(attempt, 0)
  }

  /** The job goes on without it, unless too many have failed in a row. */
  #gaveUp(effect: CoordinatorEffect & { type: 'abort' }): void {
    const { checkpoint, reason, cause } = effect
    if (reason === 'draining' || reason === 'actor-restarting') this.#requests.goOn()
    else this.#host.app.checkpointFailed(checkpoint, reason, cause ?? null)
    this.#requests.failed(checkpoint, reason, cause)
    if (checkpoint === this.#lastCheckpoint) return this.fail(lastCheckpointFailure(`was not completed (${reason})`, this, cause))
    for (const worker of this.#host.workers()) void worker.checkpointEnded(checkpoint, { failure: reason, tookMs: 0 }).catch(() => {})
    const failure = this.#failedCheckpoints.gaveUp(effect)
    const stands = this.layouts.awaits(checkpoint)
    if (stands) this.layouts.giveUp(checkpointFailed(checkpoint, reason, cause))
    if (failure !== null) this.failed(failure)
    // Its sources read nothing any more.
    else if (stands && !this.#isStopping()) this.#rearrange()
  }

  /** A periodic checkpoint that would be like the last one is left out. */
  #tick(): void {
    const nowMs = timeMs(this.#host)
    if (this.#coordinator?.inFlight === undefined && this.latest !== null && !this.#coordinator?.wanted && this.#activity.isIdle) {
      this.metrics.skip()
      return this.#nextTick.at(nowMs + this.#settings.checkpointIntervalMs)
    }
    // A thread that stands at a breakpoint does not answer; a checkpoint in flight waits for it.
    if (this.#coordinator?.inFlight !== undefined && this.#host.isDebugged?.() === true) return this.#nextTick.at(nowMs + INSPECTOR_LOOK_MS)
    this.#decide({ type: 'tick', nowMs })
  }
}
