import type { CheckpointEnd } from '../actor/actor-parts.ts'
import type { Registry } from '../actor/contract.ts'
import type { Key } from '../core/key-hash.ts'
import type { Manifest } from '../checkpoint/manifest.ts'
import { fingerprint } from '../graph/fingerprint.ts'
import type { Job } from '../graph/job.ts'
import { type Plan, planJob } from '../graph/plan.ts'
import { planOf } from '../migration/layout.ts'
import type { Deployment, EngineOptions } from './deployment.ts'
import { type ReadChunks, readRestoredState } from './restored-state.ts'
import { chunkKey } from './chunk-place.ts'
import type { StateAnswer, StatePlace } from './state-place.ts'
import { storedIn } from './stored-state.ts'
import { attemptOver } from './attempt-over.ts'
import type { RestoredState, WorkerHost } from './worker-host.ts'
import { WorkerRuntime } from './worker-runtime.ts'
import { type WorkerStats, workerStats } from './worker-stats.ts'

export interface WorkerServiceHost extends WorkerHost {
  readonly loadOperators: (kinds: Iterable<string>) => Promise<Registry>
  readonly readChunks: ReadChunks
}

/** What the control thread can ask of a worker. The same under threads and in simulation. */
export class WorkerService {
  readonly #index: number
  readonly #options: EngineOptions
  readonly #host: WorkerServiceHost
  #plan: Plan | null = null
  /** Version of the layout that the plan is of. */
  #layout = 0
  #registry: Registry = new Map()
  #runtime: WorkerRuntime | null = null
  /** What priorities may follow. */
  readonly #signals = new Map<string, number>()

  constructor(index: number, options: EngineOptions, host: WorkerServiceHost) {
    this.#index = index
    this.#options = options
    this.#host = { ...host, signals: this.#signals }
  }

  get plan(): Plan {
    return this.#plan!
  }

  get runtime(): WorkerRuntime | null {
    return this.#runtime
  }

  /** Builds the graph. Returns its description, which must be the same in every thread. */
  async prepare(job: Job, config: unknown): Promise<string[]> {
    const graph = await job.buildGraph(config)
    this.#plan = planJob(graph, this.#options)
    // Chains end in partitioners.
    this.#registry = await this.#host.loadOperators(['partition', ...graph.nodes.map(({ kind }) => kind)])
    return fingerprint(graph)
  }

  async deploy(deployment: Deployment, restore: Manifest | null): Promise<void> {
    await this.stop()
    if (deployment.layout.version !== this.#layout) this.#plan = planOf(this.#plan!.graph, this.#options, deployment.layout)
    this.#layout = deployment.layout.version
    for (const [name, value] of deployment.signals) this.#signals.set(name, value)
    const runtime = new WorkerRuntime(this.#plan!, this.#registry, this.#options, this.#index, deployment, this.#host)
    this.#runtime = runtime
    await runtime.open(await this.#restored(restore), restore?.id ?? 0)
  }

  async #restored(manifest: Manifest | null, only?: number): Promise<RestoredState | null> {
    if (manifest === null) return null
    return readRestoredState(manifest, this.#plan!, this.#index, this.#options.keyGroups, this.#host.readChunks, only)
  }

  /** Makes an actor anew that has failed: what it was given since the checkpoint it gets again. */
  async restartActor(actor: number, restore: Manifest | null): Promise<void> {
    const runtime = this.#runtime
    const restored = await this.#restored(restore, actor)
    await runtime?.failing.restart(actor, restore?.id ?? 0, restored)
  }

  start(): void {
    this.#runtime?.start()
  }

  async stop(): Promise<void> {
    const runtime = this.#runtime
    this.#runtime = null
    await runtime?.stop()
  }

  /** False when an actor cannot take part yet. */
  triggerCheckpoint(checkpoint: number, last: boolean): boolean {
    return this.#runtime?.triggerCheckpoint(checkpoint, last) ?? true
  }

  async checkpointEnded(checkpoint: number, end: CheckpointEnd): Promise<void> {
    if (this.#runtime === null) attemptOver(checkpoint, end)
    else await this.#runtime.checkpointEnded(checkpoint, end)
  }

  drainSources(): void {
    this.#runtime?.drainSources()
  }

  signal(name: string, value: number): void {
    this.#signals.set(name, value)
  }

  async query(place: StatePlace, key: Key): Promise<StateAnswer> {
    return (await this.#runtime?.query(place.actor, place.operator, place.state, key)) ?? null
  }

  /** The same out of a checkpoint. */
  async queryCheckpoint(manifest: Manifest, place: StatePlace, key: Key): Promise<StateAnswer> {
    const wanted = chunkKey(place.operator, { scope: 'group', id: place.group })
    const chunks = await this.#host.readChunks(manifest, (name) => name === wanted)
    return {
      stored: storedIn(
        chunks.map(({ bytes }) => bytes),
        place.state,
        key,
      ),
    }
  }

  stats(): WorkerStats {
    return workerStats(this.#index, this.#runtime, this.#host.clock)
  }
}
