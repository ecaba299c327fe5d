import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { expose, wrap } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import { Piscina } from 'piscina'
import { type FailureData, type FailureKind, describeError } from '../core/failure.ts'
import { within } from '../core/within.ts'
import { MillraceError } from '../errors.ts'
import { SHUTDOWN_TIMEOUT_MS, TIMER_MS_MAX, WATCHDOG_LOOK_MS, WORKER_HEAP_BASE_MB } from '../limits.ts'
import { Doorbell } from '../ring/doorbell.ts'
import type { WorkerShare } from '../schedule/placed-plan.ts'
import type { WorkerApi, WorkerListener, WorkerTask } from '../worker/protocol.ts'
import type { ControlTask } from './protocol.ts'
import { Absence } from './absence.ts'
import { nameWorkers } from './name-workers.ts'
import { RemoteWorker } from './remote-worker.ts'

export type TaskSettings = Pick<WorkerTask, 'jobUrl' | 'config' | 'options' | 'doorbells' | 'board'> & Pick<ControlTask, 'workerEntry'>

export interface PoolEvents extends WorkerListener {
  /** A thread ended by itself; its replacement is on the way. */
  lost(worker: number, failure: FailureData): void
  /** A worker that was away has loaded the job: it is there when it is asked for again. */
  returned(): void
  /** A port for the storage thread. */
  storagePort(worker: number, port: MessagePort): void
}

/** What the plan gives a worker's thread. */
export type WorkerHeap = Pick<WorkerShare, 'resourceLimits' | 'limitedBy'>

/**
 * The worker threads: a Piscina pool of fixed size with one endless task each; as many pools as there are different limits, since those are an option of the pool. A thread
 * that dies is replaced by its pool; the task is given to its successor here.
 */
export class WorkerPool {
  /** By worker. */
  readonly #pools: readonly Piscina[]
  readonly #heaps: readonly WorkerHeap[]
  readonly #settings: TaskSettings
  readonly #events: PoolEvents
  readonly #isDebugged: () => boolean
  readonly #workers: RemoteWorker[] = []
  /** By worker: the graph that its thread built; what is waited for, null when it is away. */
  readonly #graphs: Promise<string[]>[] = []
  readonly #ready: Promise<string[] | null>[] = []
  readonly #absence = new Absence()
  readonly #running: Promise<unknown>[] = []
  readonly #watchdog: NodeJS.Timeout
  #closing = false

  constructor(settings: TaskSettings, heaps: readonly WorkerHeap[], events: PoolEvents, isDebugged: () => boolean) {
    const threads = settings.options.workers
    this.#settings = settings
    this.#events = events
    this.#isDebugged = isDebugged
    nameWorkers('millrace-worker')
    this.#heaps = heaps
    this.#pools = poolsFor(settings.workerEntry, heaps)
    for (let index = 0; index < threads; index++) this.#start(index)
    // Without checkpoints nobody else asks.
    this.#watchdog = setInterval(() => this.#workers.forEach((worker) => void worker.ping().catch(() => {})), WATCHDOG_LOOK_MS)
  }

  /** Those that are there. */
  get workers(): readonly RemoteWorker[] {
    return this.#workers.filter(({ index }) => !this.#absence.has(index))
  }

  /** Numbers of those that are not, ascending. */
  get away(): readonly number[] {
    return this.#absence.workers
  }

  worker(index: number): RemoteWorker {
    return this.#workers[index]!
  }

  /** The graph that each thread built, once all of them have, also those that took the place of others meanwhile; null for those that are away. Who has come back is there from now on. */
  async ready(): Promise<(string[] | null)[]> {
    for (const worker of this.#absence.welcome()) this.#ready[worker] = this.#graphs[worker]!
    for (;;) {
      const awaited = [...this.#ready]
      const graphs = await Promise.allSettled(awaited)
      if (!awaited.every((ready, index) => ready === this.#ready[index])) continue
      return graphs.map((graph) => {
        if (graph.status === 'rejected') throw graph.reason
        return graph.value
      })
    }
  }

  async close(): Promise<void> {
    this.#closing = true
    clearInterval(this.#watchdog)
    this.#absence.close()
    await Promise.all(this.#workers.map((worker) => worker.shutdown().catch(() => {})))
    // A thread that closes its operators itself leaves nothing half done; one that hangs is ended with the pool.
    await within(this.#isDebugged() ? TIMER_MS_MAX : SHUTDOWN_TIMEOUT_MS, Promise.allSettled(this.#running))
    await Promise.all([...new Set(this.#pools)].map((pool) => pool.destroy()))
  }

  /** @param replaces a thread that had loaded the job: what keeps this one from it may pass */
  #start(index: number, replaces = false): void {
    const control = new MessageChannel()
    const events = new MessageChannel()
    const storage = new MessageChannel()
    const { jobUrl, config, options, doorbells, board } = this.#settings
    const task: WorkerTask = {
      jobUrl,
      config,
      options,
      doorbells,
      board,
      index,
      controlPort: control.port2,
      eventPort: events.port2,
      storagePort: storage.port2,
    }
    const { failed, notify, checkpointWanted } = this.#events
    expose({ failed, notify, checkpointWanted } satisfies WorkerListener, nodeEndpoint(events.port1))
    this.#events.storagePort(index, storage.port1)
    const killer = new AbortController()
    const running = this.#pools[index]!.run(task, { signal: killer.signal, transferList: [control.port2, events.port2, storage.port2] })
    this.#running[index] = running
    const ended = running.then(
      () => Promise.reject(new MillraceError('MR_WORKER_LOST', `Worker ${index} ended`)),
      (error: unknown) => {
        // That it was ended from here says nothing; why it was, does.
        const cause: unknown = killer.signal.aborted ? killer.signal.reason : error
        throw new MillraceError(
          'MR_WORKER_LOST',
          `Worker ${index} was lost: ${String((cause as Error)?.message ?? cause)}${this.#limitText(index, cause)}`,
          { cause },
        )
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
    const graph = worker.prepare()
    graph.then(
      () => {
        prepared = true
        if (this.#absence.cameUp(index)) this.#events.returned()
      },
      (error: unknown) => replaces && killer.abort(error),
    )
    // Word of its end comes before that of the graph: then another one is on its way.
    this.#graphs[index] = replaces ? graph.catch(() => ended) : graph
    this.#graphs[index].catch(() => {})
    this.#ready[index] = this.#absence.has(index) ? Promise.resolve(null) : this.#graphs[index]
    ended.catch((error: MillraceError) => {
      for (const port of [control.port1, events.port1]) port.close()
      if (!this.#closing) this.#replace(index, error, prepared, replaces)
    })
  }

  /** What to look at when a heap was too small. */
  #limitText(index: number, cause: unknown): string {
    const { resourceLimits, limitedBy } = this.#heaps[index]!
    const { maxOldGenerationSizeMb: old } = resourceLimits
    if (!isOutOfMemory(cause) || old === undefined) return ''
    const whose = limitedBy.length === 0 ? 'resourceLimits' : `demand.heapBytes of its actors, and ${WORKER_HEAP_BASE_MB} MB for the engine`
    return ` (limit ${old} MB: ${whose})`
  }

  /** A thread that cannot even load the job is not replaced: its successor could not either. Unless its predecessor could: then there are some tries at once, and others later. */
  #replace(index: number, error: MillraceError, prepared: boolean, replaces: boolean): void {
    const wasThere = !this.#absence.has(index)
    this.#absence.lost(index)
    if (prepared) {
      this.#start(index, true)
      if (wasThere) this.#events.lost(index, describeError(error, { kind: kindOf(error.cause) }))
    } else if (replaces && this.#absence.triesAgain(index)) this.#start(index, true)
    else if (!replaces || (wasThere && this.workers.length === 1)) {
      this.#events.lost(index, describeError(error, { kind: 'module-load' }))
    } else {
      this.#ready[index] = Promise.resolve(null)
      this.#absence.leave(index, () => this.#start(index, true))
    }
  }
}

function kindOf(cause: unknown): FailureKind {
  const { code, message } = cause as { readonly code?: unknown; readonly message?: string }
  if (code === 'MR_CALL_TIMEOUT') return 'control-timeout'
  if (isOutOfMemory(cause)) return 'out-of-memory'
  return /exit/i.test(message ?? '') ? 'worker-exit' : 'worker-error'
}

function isOutOfMemory(cause: unknown): boolean {
  return (cause as { readonly code?: unknown } | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY'
}

function poolsFor(filename: string, heaps: readonly WorkerHeap[]): Piscina[] {
  const limits = heaps.map(({ resourceLimits }) => JSON.stringify(resourceLimits))
  const pools = new Map<string, Piscina>()
  for (const [index, key] of limits.entries()) {
    if (pools.has(key)) continue
    const threads = limits.filter((other) => other === key).length
    const { resourceLimits } = heaps[index]!
    const pool = new Piscina({
      filename,
      minThreads: threads,
      maxThreads: threads,
      idleTimeout: Infinity,
      atomics: 'disabled',
      recordTiming: false,
      resourceLimits,
    })
    pool.on('error', () => {})
    pools.set(key, pool)
  }
  return limits.map((key) => pools.get(key)!)
}
