import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type FailureData, reviveError } from '../core/failure.ts'
import type { BadRecords } from '../actor/record-guard.ts'
import type { AppEvents, RunEnd } from '../control/master-host.ts'
import type { CheckpointReport, RescaleReport, RunStats, SavepointReport } from '../control/protocol.ts'
import { MillraceError } from '../errors.ts'
import { refuseOption } from '../core/refuse-option.ts'
import { type Key, hashKey } from '../core/key-hash.ts'
import type { Graph } from '../graph/graph.ts'
import { shownState } from '../state/stored-view.ts'
import type { StateAnswer } from '../worker/state-place.ts'
import { OUTLET_RETRY_MS, PROFILE_MS_MAX, QUERY_RETRY_MS, SIGNALS_MAX } from '../limits.ts'
import type { InletRecord, Inlets } from '../graph/inlets.ts'
import type { OutletRecord, Outlets } from '../graph/job.ts'
import type { UiAddress, UiOptions } from '../ui/ui-options.ts'
import type { EngineOptions } from '../worker/deployment.ts'
import type { Answer } from '../worker/protocol.ts'
import type { Plan } from '../graph/plan.ts'
import { abortedBy } from './aborted-by.ts'
import { AppEndpoint } from './app-endpoint.ts'
import type { Inlet } from './inlet.ts'
import { named } from './named-part.ts'
import { namedState } from './named-state.ts'
import type { Delivery, Outlet } from './outlet.ts'
import type { UiServer } from './serve-ui.ts'
import { Notices, type RunNotice, loneRestartNotice, restartNotice } from './notices.ts'
import type { RunThreads } from './run-threads.ts'

export interface RunResult {
  /** 'finished': the input ended and everything was processed, also when stop() came after its end. 'stopped': stop() without drain; the next launch goes on from here. */
  readonly outcome: 'finished' | 'stopped'
  /** Restarts of the job after failures. */
  readonly restarts: number
  /** Of a job with `onError` policies: what each operator that has one did about bad records since the job began. */
  readonly badRecords?: readonly BadRecords[]
}

export interface OutletOptions {
  readonly delivery?: Delivery
}

export type { RunNotice } from './notices.ts'

/** A job either declares its inlets, or its run takes any name. */
export type UndeclaredInlet<I> = string extends keyof I ? string : [keyof I] extends [never] ? string : never

/** A running job. Plain `Run`, without its types, is the run of any job. */
// oxlint-disable-next-line typescript/no-explicit-any -- a run takes records of its inlets' types, so none but any stands for all
export class Run<O extends Outlets = any, I extends Inlets = any> {
  /** Settles when the run has ended and its threads are gone; rejects with the error that ended it. */
  readonly done: Promise<RunResult>
  /** @internal Resolves when the first attempt runs. */
  readonly started: Promise<void>
  readonly #endpoint: AppEndpoint
  readonly #graph: Graph
  readonly #threads: RunThreads
  readonly #notices = new Notices()
  /** Questions under way. Not each of them waits for `done` itself, which would keep them, and their answers, until the end. */
  readonly #asking = new Set<(reason: unknown) => void>()
  #restarts = 0
  #over = false
  #aborted = false
  #lastFailure: FailureData | null = null
  #onStarted = (): void => {}
  #settle: { resolve(result: RunResult): void; reject(error: unknown): void } = { resolve: () => {}, reject: () => {} }

  /** @internal Made by launch(). */
  constructor(plan: Plan, options: EngineOptions, threads: RunThreads) {
    this.done = new Promise((resolve, reject) => (this.#settle = { resolve, reject }))
    const failAsking = (reason: unknown): void => this.#asking.forEach((fail) => fail(reason))
    this.done.then(() => failAsking(new MillraceError('MR_RUN_ENDED', 'The run has ended')), failAsking)
    this.started = new Promise((resolve) => (this.#onStarted = resolve))
    this.#threads = threads
    this.#graph = plan.graph
    this.#endpoint = new AppEndpoint(plan, options, threads.doorbells, {
      defer: setImmediate,
      wantCheckpoint: () => void this.checkpoint(),
      absorbedMuch: () => void this.#threads.control.giveUp(),
    })
    void this.#endpoint.run()
    threads.attach(this.#events(), (thread, cause) => this.#lost(thread, cause))
  }

  /**
   * Where records are pushed into the job. Inlets that the job declares are known by name and type; those that build() makes have to be told
   * their type: `run.inlet<Order>('orders')`.
   *
   * @throws MillraceError MR_OPTION_INVALID when the job has no such inlet
   */
  inlet<N extends keyof I & string>(name: N): Inlet<InletRecord<I[N]>>
  inlet<T = unknown>(name: UndeclaredInlet<I>): Inlet<T>
  inlet(name: string): unknown {
    return named(this.#endpoint.inlets, name, 'inlet')
  }

  /**
   * Records of a stream that build() returned. Somebody must read them: what nobody reads holds the job back.
   *
   * @param options.delivery 'committed': only what a complete checkpoint covers, each record exactly once however often the job restarts.
   *   Default 'immediate': at once; after a restart records of the interrupted checkpoint interval come again. The first call decides.
   * @throws MillraceError MR_OPTION_INVALID when the job has no such outlet, or it is read in the other way already
   */
  outlet<N extends keyof O & string>(name: N, options: OutletOptions = {}): Outlet<OutletRecord<O[N]>> {
    const outlet = named(this.#endpoint.outlets, name, 'outlet') as Outlet<OutletRecord<O[N]>>
    outlet.deliver(options.delivery)
    return outlet
  }

  /** Counters of every actor since the attempt began. */
  async stats(): Promise<RunStats> {
    return this.#ask(() => this.#threads.control.stats())
  }

  /**
   * Tells a figure of yours that priorities may follow: `priority: { by: { signal: name }, ... }`, or `signal(name)` in a function. It counts until the next call, over restarts, too.
   *
   * @throws MillraceError MR_OPTION_INVALID for a value that is no finite number, and for more than 1,000 names; MR_RUN_ENDED
   */
  async signal(name: string, value: number): Promise<void> {
    if (typeof name !== 'string') refuseOption('signal name', name, 'a text')
    if (!Number.isFinite(value)) refuseOption(`signal ${JSON.stringify(name)}`, value, 'a finite number')
    if (!(await this.#ask(() => this.#threads.control.signal(name, value))))
      refuseOption('signal name', name, `one of ${SIGNALS_MAX} at most`)
  }

  /**
   * What an operator keeps for a key under a name: a value, an array (list), a Map (map), the result (reducing, aggregating); undefined where there is nothing, or the
   * default of the state. Operators that keep named state are those of `process` and `updateState`.
   *
   * @param options.at 'live' (default): as it is between two batches of the worker that has the key; while the job restarts, the answer waits until it runs again.
   *   'checkpoint': as it is in the newest complete checkpoint, so that no failure takes it back; undefined before the first one
   * @throws MillraceError MR_STATE_UNKNOWN, MR_KEY_INVALID, MR_OPTION_INVALID; MR_RUN_ENDED
   */
  async query<V = unknown>(
    operator: string,
    state: string,
    key: Key,
    options: { readonly at?: 'live' | 'checkpoint' } = {},
  ): Promise<V | undefined> {
    const { at = 'live' } = options
    if (at !== 'live' && at !== 'checkpoint')
      throw new MillraceError('MR_OPTION_INVALID', `query at=${String(at)} is not one of 'live', 'checkpoint'`)
    const spec = namedState(this.#graph, operator, state)
    hashKey(key)
    for (;;) {
      const answer = await this.#answer(() => this.#threads.control.query({ operator, state, key, at }) as Promise<Answer<StateAnswer>>)
      if (answer !== null || at === 'checkpoint') return shownState(answer?.stored, spec) as V | undefined
      await sleep(QUERY_RETRY_MS)
    }
  }

  /**
   * Takes CPU profiles of all workers for so many milliseconds and writes one .cpuprofile each, which Chrome DevTools and VS Code open. Returns their paths, by worker.
   *
   * @param options.directory made if missing. Default: the current directory
   * @throws MillraceError MR_OPTION_INVALID while another profile of this run is being taken; MR_RUN_ENDED
   */
  async profile(ms: number, { directory = '.' }: { readonly directory?: string } = {}): Promise<string[]> {
    if (!(ms > 0 && ms <= PROFILE_MS_MAX))
      throw new MillraceError('MR_OPTION_INVALID', `profile() takes 1 to ${PROFILE_MS_MAX} ms, not ${String(ms)}`)
    return this.#answer(() => this.#threads.control.profile(ms, resolve(directory)) as Promise<Answer<string[]>>)
  }

  /**
   * Takes a checkpoint now, or right after the one in flight; resolves when it is on disk. Outlets that nobody reads may hold it up. Whoever does not wait for it
   * need not catch what it rejects with.
   *
   * @throws MillraceError MR_CHECKPOINT_FAILED with the reason: the run goes on; MR_RUN_ENDED
   */
  checkpoint(): Promise<CheckpointReport> {
    const complete = this.#answer(() => this.#threads.control.checkpoint() as Promise<Answer<CheckpointReport>>)
    complete.catch(() => {})
    return complete
  }

  /**
   * Takes a checkpoint and copies it into a directory of its own, which nothing else touches: `launch(job, { from: dir })` begins with it. The run goes on.
   *
   * @param dir empty, or made
   * @throws MillraceError MR_CHECKPOINT_FAILED, MR_STATE_DIR_INVALID; MR_RUN_ENDED
   */
  async savepoint(dir: string): Promise<SavepointReport> {
    if (typeof dir !== 'string' || dir === '') throw new MillraceError('MR_OPTION_INVALID', `savepoint() takes a path, not ${String(dir)}`)
    return this.#answer(() => this.#threads.control.savepoint(resolve(dir)) as Promise<Answer<SavepointReport>>)
  }

  /**
   * Has an operator run in so many instances, and what is tied to it instance by instance, from a checkpoint on. See docs/placement.md.
   *
   * @throws MillraceError MR_OPTION_INVALID, MR_RESCALE_IMPOSSIBLE, MR_CHECKPOINT_FAILED: the run goes on as it was; MR_RUN_ENDED
   */
  rescale(operator: string, instances: number): Promise<RescaleReport> {
    return this.#answer(() => this.#threads.control.rescale(operator, instances) as Promise<Answer<RescaleReport>>)
  }

  /**
   * Serves a dashboard of this run: its graph with live rates, charts, checkpoints, restarts with their stacks; the same as data (`/api/openapi.json` describes it), `/metrics` for
   * Prometheus, `/health`, `/ready`. The control thread serves it, so it works while this thread is blocked. It ends with the run. See docs/dashboard.md.
   *
   * Every request has to know the token, and it listens on the loopback address, unless options say otherwise.
   *
   * @throws MillraceError MR_OPTION_INVALID, MR_UI_REMOTE_REFUSED, MR_UI_PORT_UNUSABLE; MR_RUN_ENDED
   */
  async serveUi(options: UiOptions = {}): Promise<UiServer> {
    const { serveUi } = await import('./serve-ui.ts')
    return serveUi(
      options,
      (checked) => this.#answer(() => this.#threads.control.serveUi(checked) as Promise<Answer<UiAddress>>),
      () => (this.#over ? Promise.resolve() : this.#threads.control.closeUi()),
    )
  }

  /**
   * Ends the run. With `drain`, sources and inlets end, everything is processed and last results come out. Without, a last checkpoint is taken, behind which nothing more is read, and the next
   * launch with the same stateDir goes on from it. Sources that had ended by then leave nothing to go on with: what they gave is processed, and the run finishes. Outlets that nobody reads do not hold
   * that up: what they had to say can still be read afterwards, up to 64 MiB of it; what an ended run has to say beyond is said again after the next launch.
   *
   * @returns how the run ended; rejects as `done` does, also when a failure comes in between or the last checkpoint fails. The newest complete
   *   checkpoint is what the next launch goes on from then.
   */
  async stop({ drain = false }: { readonly drain?: boolean } = {}): Promise<RunResult> {
    if (!this.#over) {
      this.#letEnd(drain)
      void this.#threads.control.stop(drain)
    }
    return this.done
  }

  /**
   * Calls back about restarts, checkpoints and changes of the layout. What a listener throws becomes a process warning (MR_LISTENER_FAILED); nobody else suffers.
   *
   * @returns ends the calls of this listener
   */
  onNotice(listener: (notice: RunNotice) => void): () => void {
    return this.#notices.add(listener)
  }

  /** Stops a run that still goes on. Throws what keeps it from ending well; how a run ended that is over already tells `done`. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#over) return
    await this.stop().catch((error: unknown) => {
      if (!this.#aborted) throw error
    })
  }

  /** @internal */
  abort(reason: unknown): void {
    if (this.#over) return
    this.#aborted = true
    this.#letEnd(false)
    void this.#threads.control.stop(false)
    this.#settle.resolve = () => this.#settle.reject(abortedBy(reason))
  }

  /** What this thread has to do for it. Nobody waits for the control thread's answer: it never comes when that is lost, `done` does. */
  #letEnd(drain: boolean): void {
    if (drain) for (const inlet of this.#endpoint.inlets.values()) inlet.end()
    else for (const outlet of this.#endpoint.outlets.values()) outlet.absorb()
  }

  /** The same of an answer that may be a failure. */
  async #answer<T>(call: () => Promise<Answer<T>>): Promise<T> {
    const answer = await this.#ask(call)
    if ('failure' in answer) throw reviveError(answer.failure)
    return answer.value
  }

  /** The answer of the control thread, or an error when the run ends before it. */
  async #ask<T>(call: () => Promise<T>): Promise<T> {
    if (this.#over) throw new MillraceError('MR_RUN_ENDED', 'The run has ended')
    let fail: (reason: unknown) => void = () => {}
    const ended = new Promise<never>((_, reject) => (fail = reject))
    this.#asking.add(fail)
    try {
      return await Promise.race([call(), ended])
    } finally {
      this.#asking.delete(fail)
    }
  }

  #events(): AppEvents {
    return {
      attemptStarted: (deployment, checkpoint) => {
        this.#endpoint.attemptStarted(deployment, checkpoint)
        if (this.#endpoint.isConnected) this.#onStarted()
      },
      restarting: (failure, attempt, delayMs, because) => {
        this.#restarts++
        this.#lastFailure = failure
        this.#endpoint.attemptEnded()
        this.#notices.tell(restartNotice(failure, attempt, delayMs, because))
      },
      actorRestarting: (failure, delayMs) => {
        this.#lastFailure = failure
        this.#notices.tell(loneRestartNotice(failure, delayMs))
      },
      rearranging: () => this.#endpoint.attemptEnded(),
      rearranged: (text) => this.#notices.tell({ type: 'layout', text }),
      checkpointCompleted: (checkpoint, measures) => {
        this.#endpoint.checkpointCompleted(checkpoint)
        this.#notices.tell({
          type: 'checkpoint',
          text: `checkpoint ${checkpoint} complete in ${Math.round(measures.tookMs)} ms`,
          checkpoint: measures,
        })
      },
      fellBack: (checkpoint, damage) => {
        const text = `State is damaged; the run goes on from checkpoint ${checkpoint} instead: ${damage.message}`
        process.emitWarning(new MillraceError('MR_STATE_CORRUPT', text, { cause: reviveError(damage) }))
      },
      checkpointFailed: (checkpoint, reason, cause) => {
        setTimeout(() => this.#endpoint.checkpointGivenUp(checkpoint), OUTLET_RETRY_MS).unref()
        this.#notices.tell({
          type: 'checkpoint-failed',
          text: `checkpoint ${checkpoint} failed: ${reason}`,
          ...(cause && { failure: cause }),
        })
      },
      inletNotice: (attempt, { inlet, position, event }) => {
        if (event === 'committed') return this.#endpoint.inlets.get(inlet)?.commit(position)
        this.#endpoint.inletRestored(attempt, inlet, position)
        if (this.#endpoint.isConnected) this.#onStarted()
      },
      stopAsked: (drain) => this.#letEnd(drain),
      ended: (end) => void this.#end(end),
    }
  }

  async #end(end: RunEnd): Promise<void> {
    if (this.#over) return
    this.#over = true
    const failure = end.outcome === 'failed' ? (reviveError(end.failure) as MillraceError) : null
    this.#endpoint.close(failure, new MillraceError('MR_RUN_ENDED', 'The run has ended'))
    await this.#threads.close()
    if (end.outcome === 'failed') this.#settle.reject(failure)
    else this.#settle.resolve({ outcome: end.outcome, restarts: this.#restarts, ...(end.badRecords && { badRecords: end.badRecords }) })
  }

  #lost(thread: 'control' | 'storage', cause: unknown): void {
    if (this.#over) return
    this.#over = true
    const code = thread === 'control' ? 'MR_CONTROL_LOST' : 'MR_STORAGE_LOST'
    const earlier = this.#lastFailure === null ? '' : ` (last failure before: ${this.#lastFailure.message})`
    const text = `The ${thread} thread ended unexpectedly: ${String((cause as Error)?.message ?? cause)}${earlier}`
    const error = new MillraceError(code, text, { cause })
    this.#endpoint.close(error, error)
    void this.#threads.abandon().finally(() => this.#settle.reject(error))
  }
}
