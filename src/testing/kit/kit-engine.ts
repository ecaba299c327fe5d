import { MillraceError } from '../../errors.ts'
import type { Registry } from '../../actor/contract.ts'
import type { SealedChunk } from '../../actor/actor-parts.ts'
import type { Manifest } from '../../checkpoint/manifest.ts'
import { allocate, allocateDoorbells } from '../../control/allocate.ts'
import type { Plan } from '../../graph/plan.ts'
import { KIT_MICROTASKS, KIT_TURNS_MAX } from '../../limits.ts'
import type { EngineOptions } from '../../worker/deployment.ts'
import { readRestoredState } from '../../worker/restored-state.ts'
import { MemoryTables } from '../../state/tables/memory-tables.ts'
import { MemoryStores } from '../../state/working/memory-stores.ts'
import { expandSnapshot } from '../../storage/working-state/expand-snapshot.ts'
import { FINAL_SNAPSHOT, type WorkerHost } from '../../worker/worker-host.ts'
import { WorkerRuntime } from '../../worker/worker-runtime.ts'
import { KitDeltas } from './kit-deltas.ts'
import { KitClock, ONE_STEP_BUDGET_MS, TURN_BUDGET_MS } from './kit-clock.ts'
import { type ChannelState, KitInputs } from './kit-inputs.ts'
import { type KitEvent, KitOutlets } from './kit-outlets.ts'
import { type Stretch, isRecord } from './script.ts'

/** A checkpoint of a piece under test, and what its surroundings knew at that time. */
export interface KitSnapshot {
  readonly id: number
  readonly chunks: readonly { readonly key: string; readonly bytes: Uint8Array }[]
  readonly inputs: ReadonlyMap<string, ChannelState>
  readonly nowMs: number
  /** What had come out. */
  readonly events: readonly KitEvent[]
}

export interface KitDeployment {
  readonly plan: Plan
  readonly options: EngineOptions
  readonly registry: Registry
  readonly generateCode: boolean
  readonly inputs: ReadonlyMap<string, readonly string[]>
  readonly startMs: number
  /** Longest real wait for the outside world. */
  readonly outsideWaitMs: number
}

/** The engine of all workers of one attempt, on this thread, under a clock that stands still; driven step by step. */
export class KitEngine {
  readonly #deployment: KitDeployment
  readonly #clock: KitClock
  readonly #runtimes: readonly WorkerRuntime[]
  readonly #working = new MemoryStores()
  readonly #tables = new MemoryTables()
  readonly #inputs: KitInputs
  readonly #outlets: KitOutlets
  /** By actor, the chunks of the checkpoint in flight. */
  readonly #snapshots = new Map<number, readonly SealedChunk[]>()
  /** Parts of them that came before the rest. */
  #parts: { readonly id: number; readonly actor: number; readonly chunks: readonly SealedChunk[] }[] = []
  readonly #deltas = new KitDeltas()
  /** The same of actors that have ended: they belong to every later checkpoint. */
  readonly #finals = new Map<number, readonly SealedChunk[]>()
  /** Records that restored inlets have read. */
  readonly #positions = new Map<string, number>()
  #failure: { readonly error: unknown } | null = null
  #woken = false
  #onWake = (): void => {}
  #step = -1

  /** Begins anew, or where a snapshot was taken. */
  static async start(deployment: KitDeployment, snapshot: KitSnapshot | null = null, step = -1): Promise<KitEngine> {
    const engine = new KitEngine(deployment, snapshot, step)
    await engine.#open(snapshot)
    return engine
  }

  private constructor(deployment: KitDeployment, snapshot: KitSnapshot | null, step: number) {
    const { plan, options, registry, inputs } = deployment
    this.#deployment = deployment
    this.#step = step
    this.#clock = new KitClock(snapshot?.nowMs ?? deployment.startMs)
    const memory = allocate(plan, options, allocateDoorbells(plan.workers), 1)
    const host = this.#host()
    this.#runtimes = Array.from({ length: plan.workers }, (_, worker) => new WorkerRuntime(plan, registry, options, worker, memory, host))
    this.#inputs = new KitInputs(plan, options, memory, inputs)
    this.#outlets = new KitOutlets(plan, options, memory, snapshot?.id ?? 0, snapshot?.events ?? [])
  }

  /** What came out of this attempt. */
  get events(): readonly KitEvent[] {
    return this.#outlets.events
  }

  /**
   * Does the steps of a stretch, and all that follows from them.
   *
   * @throws what an operator threw
   */
  async apply({ at, steps }: Stretch): Promise<void> {
    this.#step = at + steps.length - 1
    const step = steps[0]!
    if ('turns' in step) return this.#turn(step.turns)
    if ('advanceMs' in step) await this.#passTo(this.#clock.nowMs() + step.advanceMs)
    else if ('nowMs' in step) await this.#passTo(step.nowMs)
    else if ('call' in step) await step.call()
    else if (isRecord(step)) this.#inputs.sendRecords(steps.filter(isRecord))
    else for (const _ of this.#inputs.send(step)) await this.settle()
    await this.settle()
  }

  /** Runs until nothing is left to do. */
  async settle(): Promise<void> {
    for (let turns = 0; turns < KIT_TURNS_MAX; turns++) {
      if (this.#work(TURN_BUDGET_MS)) continue
      if (await this.#outsideCame()) continue
      return
    }
    throw new MillraceError('MR_SIMULATION_FAILED', `Operator kit: the piece under test did not come to rest after step ${this.#step}`)
  }

  /** A checkpoint of everything, as bytes. */
  async checkpoint(id: number): Promise<KitSnapshot> {
    this.#snapshots.clear()
    this.#parts = []
    for (const runtime of this.#runtimes) runtime.triggerCheckpoint(id, false)
    await this.settle()
    const { plan } = this.#deployment
    const actors = plan.actors.filter(({ thread }) => thread < plan.workers)
    const chunks = actors.flatMap((actor) => {
      const own = this.#snapshots.get(actor.id) ?? this.#finals.get(actor.id)
      if (own !== undefined) return own
      throw new MillraceError('MR_CHECKPOINT_FAILED', `Operator kit: "${plan.tasks[actor.task]!.name}" took no part in checkpoint ${id}`)
    })
    this.#working.completed(id)
    await Promise.all(this.#runtimes.map((runtime) => runtime.checkpointEnded(id, { failure: null, tookMs: 0 })))
    await this.settle()
    const events = this.events.filter(({ epoch }) => epoch < id)
    return { id, chunks: this.#deltas.complete(id, chunks), inputs: this.#inputs.states, nowMs: this.#clock.nowMs(), events }
  }

  async close(): Promise<void> {
    for (const runtime of this.#runtimes) await runtime.stop()
  }

  async #open(snapshot: KitSnapshot | null): Promise<void> {
    const { plan, options } = this.#deployment
    for (const [worker, runtime] of this.#runtimes.entries()) {
      const read = async (_: Manifest, wanted: (key: string) => boolean): Promise<KitSnapshot['chunks']> =>
        snapshot!.chunks.filter(({ key }) => wanted(key)).map(({ key, bytes }) => ({ key, bytes: bytes.slice() }))
      // What is read does not depend on the manifest: the chunks are those of the snapshot.
      const restored = snapshot && (await readRestoredState(null as never, plan, worker, options.keyGroups, read))
      await runtime.open(restored)
    }
    for (const runtime of this.#runtimes) runtime.start()
    if (snapshot !== null) this.#inputs.resume(snapshot.inputs, this.#positions)
  }

  #host(): WorkerHost {
    return {
      clock: this.#clock,
      generateCode: this.#deployment.generateCode,
      outletsHearTime: true,
      onWake: () => {
        this.#woken = true
        this.#onWake()
      },
      workingStore: (_, actor) => this.#working.store(actor),
      openTable: (_, lineage, path) => {
        const table = this.#tables.table(path)
        return {
          begin: async (from) => table.begin(lineage, from),
          commit: (transaction, done) => (table.commit(lineage, transaction, 0), queueMicrotask(() => done(null))),
        }
      },
      events: {
        snapshotPart: (_, id, actor, chunks) => void this.#parts.push({ id, actor, chunks }),
        snapshotTaken: (_, id, actor, rest) => {
          const parts = this.#parts.filter((part) => part.id === id && part.actor === actor)
          const chunks = [...parts.flatMap((part) => part.chunks), ...rest]
          const whole = [...expandSnapshot(id, chunks, (table) => this.#working.table(table))]
          ;(id === FINAL_SNAPSHOT ? this.#finals : this.#snapshots).set(actor, whole)
        },
        checkpointWanted: () => {},
        failed: (_attempt, _actor, error) => void (this.#failure ??= { error }),
        notify: (_, { inlet, position, event }) => {
          if (event === 'restored') this.#positions.set(inlet, position)
        },
      },
    }
  }

  /** One round of everybody. False when nobody had anything to do. */
  #work(budgetMs: number): boolean {
    this.#inputs.flush()
    let worked = false
    for (const runtime of this.#runtimes) worked = runtime.turn(budgetMs) || worked
    if (this.#failure !== null) throw this.#failure.error
    return this.#outlets.drain(this.#step) || worked
  }

  #turn(turns: number): void {
    for (let turn = 0; turn < turns; turn++) this.#work(ONE_STEP_BUDGET_MS)
  }

  /** Time goes by; whoever waits for a time in between is called at that time. */
  async #passTo(nowMs: number): Promise<void> {
    await this.settle()
    for (let turns = 0; turns < KIT_TURNS_MAX; turns++) {
      const idleMs = Math.min(...this.#runtimes.map((runtime) => runtime.idleMs))
      const leftMs = this.#clock.msUntil(nowMs)
      if (leftMs <= 0) return
      this.#clock.pass(Math.min(leftMs, idleMs))
      await this.settle()
    }
    throw new MillraceError(
      'MR_SIMULATION_FAILED',
      `Operator kit: timers of the piece under test do not let time go by in step ${this.#step}`,
    )
  }

  /** Promises of operators: those that are settled by now, and for sources those of files and the like. */
  async #outsideCame(): Promise<boolean> {
    this.#woken = false
    for (let i = 0; i < KIT_MICROTASKS && !this.#woken; i++) await Promise.resolve()
    if (!this.#woken && this.#deployment.outsideWaitMs > 0 && this.#runtimes.some((runtime) => runtime.awaitsPromises))
      await this.#outside()
    return this.#woken
  }

  /** Real time passes until a source is woken, or has waited so long that nothing may be to come. */
  async #outside(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#deployment.outsideWaitMs)
      this.#onWake = resolve
    })
    clearTimeout(timer)
    this.#onWake = () => {}
  }
}
