import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { expose, wrap } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { Piscina } from 'piscina'
import { type FailureData, type FailureKind, describeError } from '../core/failure.ts'
import { within } from '../core/within.ts'
import { MillraceError } from '../errors.ts'
import { SHUTDOWN_TIMEOUT_MS, TIMER_MS_MAX, WATCHDOG_LOOK_MS } from '../limits.ts'
import { Doorbell } from '../ring/doorbell.ts'
import type { WorkerApi, WorkerListener, WorkerTask } from '../worker/protocol.ts'
import type { ControlTask } from './protocol.ts'
import { nameWorkers } from './name-workers.ts'
import { RemoteWorker } from './remote-worker.ts'

export type TaskSettings = Pick<WorkerTask, 'jobUrl' | 'config' | 'options' | 'doorbells'> & Pick<ControlTask, 'workerEntry'>

export interface PoolEvents extends WorkerListener {
  /** A thread ended by itself; its replacement is on the way. */
  lost(worker: number, failure: FailureData): void
  /** A port for the storage thread. */
  storagePort(worker: number, port: MessagePort): void
}

export interface ResourceLimits {
  /**
   * Of one worker's heap, in MB. Default: what Node decides. A worker that runs out of it is lost and replaced, as long as what one collection moves there is less
   * than 16 MB, which needs a young generation of 48 MB at most; beyond, V8 may end the process.
   */
  readonly maxOldGenerationSizeMb?: number
  readonly maxYoungGenerationSizeMb: number
}

/**
 * The worker threads: a Piscina pool of fixed size with one endless task each. A thread that dies is replaced by the pool; the task is given
 * to its successor here.
 */
export class WorkerPool {
  readonly #pool: Piscina
  readonly #settings: TaskSettings
  readonly #events: PoolEvents
  readonly #isDebugged: () => boolean
  readonly #workers: RemoteWorker[] = []
  readonly #ready: Promise<string[]>[] = []
  readonly #running: Promise<unknown>[] = []
  readonly #watchdog: NodeJS.Timeout
  #closing = false

  constructor(settings: TaskSettings, limits: ResourceLimits, events: PoolEvents, isDebugged: () => boolean) {
    const threads = settings.options.workers
    this.#settings = settings
    this.#events = events
    this.#isDebugged = isDebugged
    nameWorkers('millrace-worker')
    this.#pool = new Piscina({
      filename: settings.workerEntry,
      minThreads: threads,
      maxThreads: threads,
      idleTimeout: Infinity,
      atomics: 'disabled',
      recordTiming: false,
      resourceLimits: limits,
    })
    this.#pool.on('error', () => {})
    for (let index = 0; index < threads; index++) this.#start(index)
    // Without checkpoints nobody else asks.
    this.#watchdog = setInterval(() => this.#workers.forEach((worker) => void worker.ping().catch(() => {})), WATCHDOG_LOOK_MS)
  }

  get workers(): readonly RemoteWorker[] {
    return this.#workers
  }

  /** The graph that each thread built, once all of them have: also those that took the place of others meanwhile. */
  async ready(): Promise<string[][]> {
    for (;;) {
      const awaited = [...this.#ready]
      const graphs = await Promise.all(awaited)
      if (awaited.every((ready, index) => ready === this.#ready[index])) return graphs
    }
  }

  async close(): Promise<void> {
    this.#closing = true
    clearInterval(this.#watchdog)
    await Promise.all(this.#workers.map((worker) => worker.shutdown().catch(() => {})))
    // A thread that closes its operators itself leaves nothing half done; one that hangs is ended with the pool.
    await within(this.#isDebugged() ? TIMER_MS_MAX : SHUTDOWN_TIMEOUT_MS, Promise.allSettled(this.#running))
    await this.#pool.destroy()
  }

  #start(index: number): void {
    const control = new MessageChannel()
    const events = new MessageChannel()
    const storage = new MessageChannel()
    const { jobUrl, config, options, doorbells } = this.#settings
    const task: WorkerTask = {
      jobUrl,
      config,
      options,
      doorbells,
      index,
      controlPort: control.port2,
      eventPort: events.port2,
      storagePort: storage.port2,
    }
    const { failed, notify, checkpointWanted } = this.#events
    expose({ failed, notify, checkpointWanted } satisfies WorkerListener, nodeEndpoint(events.port1))
    this.#events.storagePort(index, storage.port1)
    const killer = new AbortController()
    const running = this.#pool.run(task, { signal: killer.signal, transferList: [control.port2, events.port2, storage.port2] })
    this.#running[index] = running
    const ended = running.then(
      () => Promise.reject(new MillraceError('MR_WORKER_LOST', `Worker ${index} ended`)),
      (error: unknown) => {
        // That it was ended from here says nothing; why it was, does.
        const cause: unknown = killer.signal.aborted ? killer.signal.reason : error
        throw new MillraceError('MR_WORKER_LOST', `Worker ${index} was lost: ${String((cause as Error)?.message ?? cause)}`, { cause })
      },
    )
    const worker = new RemoteWorker(
      index,
      wrap<WorkerApi>(nodeEndpoint(control.port1)),
      new Doorbell(this.#settings.doorbells, index),
      ended,
      this.#isDebugged,
      (reason) => killer.abort(reason),
    )
    this.#workers[index] = worker
    let prepared = false
    this.#ready[index] = worker.prepare()
    this.#ready[index].then(
      () => (prepared = true),
      () => {},
    )
    ended.catch((error: MillraceError) => {
      for (const port of [control.port1, events.port1]) port.close()
      if (!this.#closing) this.#replace(index, error, prepared)
    })
  }

  /** A thread that cannot even load the job is not replaced: its successor could not either. */
  #replace(index: number, error: MillraceError, prepared: boolean): void {
    if (!prepared) return this.#events.lost(index, describeError(error, { kind: 'module-load' }))
    this.#start(index)
    this.#events.lost(index, describeError(error, { kind: kindOf(error.cause) }))
  }
}

function kindOf(cause: unknown): FailureKind {
  const { code, message } = cause as { readonly code?: unknown; readonly message?: string }
  if (code === 'MR_CALL_TIMEOUT') return 'control-timeout'
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') return 'out-of-memory'
  return /exit/i.test(message ?? '') ? 'worker-exit' : 'worker-error'
}
