import type { ColumnBatch, OperatorActor, OperatorContext, OperatorDefinition, Progress, StateChunk } from '../src/actor/contract.ts'
import type { CachedBackend } from '../src/actor/cached-kit.ts'
import type { Key } from '../src/actor/operator-kit.ts'
import {
  CLOSED,
  type KeyedStateBackend,
  MemoryBackend,
  NO_KEY,
  StateJournal,
  StateScope,
  type StateReading,
  type StateSpecs,
  type Timers,
  openStates,
} from '../src/actor/process-kit.ts'
import { MillraceError } from '../src/errors.ts'
import { TIMERS_PER_STEP_MAX } from '../src/limits.ts'
import { ActorContext, type Calls } from './actor-context.ts'
import { type CallFrame, type CallInput, type Process, compileProcess, linkProcess } from './process-code.ts'
import { ProcessState } from './process-state.ts'
import { readOnlyStates } from './read-only-states.ts'
import { type RecordKey, recordKey } from './record-key.ts'

interface ProcessSpec {
  readonly actor: object | (() => object)
  readonly inputs: readonly { readonly key: string | ((record: unknown) => Key) | null; readonly method: string }[]
  readonly states: StateSpecs
  readonly broadcast: StateSpecs | null
  readonly outputs: readonly string[]
}

/** What the user wrote, as far as it is called from here. */
interface UserActor {
  onTimer?(time: number, ctx: object, domain: 'event' | 'processing'): unknown
  onStart?(instance: object): void | Promise<void>
  onStop?(instance: object): void | Promise<void>
}

/** The one key of state that is the same everywhere. */
const EVERYWHERE = 0

/** Runs an actor of the user: keeps its state and timers, and calls it for each record and each timer that is due. */
class ProcessActor implements OperatorActor, CallFrame, Calls {
  readonly process: Process
  readonly scope: StateScope
  /** Of the current call. */
  key: Key | undefined = undefined
  timestamp = NaN
  watermark = -Infinity
  input = 0
  readonly #context: OperatorContext
  readonly #user: UserActor
  readonly kept: ProcessState
  readonly #backend: KeyedStateBackend
  readonly #cached: CachedBackend | null
  readonly #broadcast: { readonly backend: MemoryBackend; readonly scope: StateScope; readonly slot: number } | null
  readonly #journal: StateJournal | null
  readonly #ctx: ActorContext
  /** Some state expires: time has to be known. */
  readonly #expires: boolean
  /** The clock has to be read before the next call. */
  #stale = true
  #started = false

  constructor(spec: ProcessSpec, context: OperatorContext) {
    const { actor, states, broadcast, outputs } = spec
    this.#context = context
    this.#user = typeof actor === 'function' ? (actor as () => object)() : actor
    this.scope = new StateScope(context.freezes)
    this.#journal = context.undoes ? new StateJournal() : null
    this.#expires = Object.values({ ...states, ...broadcast }).some(({ options }) => options.ttl !== undefined)
    this.kept = new ProcessState(context)
    this.#backend = this.kept.backend
    this.#cached = this.kept.cached
    const everywhere = new StateScope(context.freezes)
    const shared = new MemoryBackend()
    const written = openStates(broadcast ?? {}, shared, everywhere)
    this.scope.journal = everywhere.journal = this.#journal
    this.#broadcast = broadcast === null ? null : { backend: shared, scope: everywhere, slot: shared.keys.slotOf(EVERYWHERE) }
    if (this.#broadcast !== null) shared.keys.use(this.#broadcast.slot)
    const { event, processing } = this.kept
    const parts = { states: openStates(states, this.#backend, this.scope), event, processing, outputs }
    this.#ctx = new ActorContext(this, context, { ...parts, broadcast: readOnlyStates(written) })
    const unkeyed = new ActorContext(this, context, { ...parts, broadcast: written })
    const inputs: CallInput[] = spec.inputs.map(({ key, method }) => ({ key, method, ctx: key === null ? unkeyed : this.#ctx }))
    const name = `${context.jobName}/${context.operator}`
    this.process = context.generateCode ? compileProcess(name, this.#user, this, inputs) : linkProcess(this.#user, this, inputs)
  }

  get wakeAtMs(): number {
    return this.kept.processing.firstMs
  }

  async open(): Promise<void> {
    this.watermark = this.#context.watermark()
    this.#started = true
    await this.#user.onStart?.(this.#instance())
  }

  selectInput(input: number): void {
    this.input = input
  }

  begin(key: Key, timestamp: number): void {
    const slot = this.#cached === null ? this.#backend.keys.slotOf(key) : this.#cached.cache.slotOf(key)
    this.#enter(slot, timestamp)
    this.key = key
  }

  beginWithoutKey(timestamp: number): void {
    this.#enter(NO_KEY, timestamp)
  }

  end(result: unknown): void {
    this.#leave()
    if (result !== undefined) refusePromise(result)
    if (this.#journal !== null) this.#journal.commit()
  }

  /** The record has changed nothing. */
  undo(): void {
    this.#leave()
    this.#journal!.rollback()
  }

  afterBatch(): void {
    this.#stale = true
    this.#backend.batchDone(this.scope.nowMs)
    this.#broadcast?.backend.batchDone(this.scope.nowMs)
  }

  onWatermark(watermark: number): Progress {
    this.watermark = watermark
    return this.#fire(this.kept.event, watermark, 'event') ? 'done' : 'more'
  }

  onTime(nowMs: number): void {
    this.#fire(this.kept.processing, nowMs, 'processing')
  }

  snapshotInSteps(checkpointId: number): Iterable<StateChunk | null> {
    const nowMs = this.#context.clock.nowMs()
    const chunks = this.kept.snapshot(checkpointId, nowMs)
    // Every instance has the same: one of them tells all.
    const everywhere = this.#context.index === 0 ? this.#broadcast?.backend.snapshot(1, nowMs).get(0) : undefined
    return everywhere === undefined ? chunks : withFirst({ scope: 'all', id: 0, value: everywhere }, chunks)
  }

  onCheckpointComplete(checkpointId: number): void {
    this.kept.checkpointCompleted(checkpointId)
  }

  onCheckpointFailed(checkpointId: number): void {
    this.kept.checkpointFailed(checkpointId)
  }

  restore(chunks: readonly StateChunk[]): Promise<void> {
    const nowMs = this.#context.clock.nowMs()
    for (const { scope, value } of chunks) {
      if (scope === 'all') this.#broadcast?.backend.restore(value as Record<string, Uint8Array>, nowMs)
    }
    return this.kept.restore(
      chunks.filter(({ scope }) => scope === 'group'),
      nowMs,
    )
  }

  query(state: string, key: Key): StateReading {
    return this.kept.query(state, key, this.#context.clock.nowMs())
  }

  async close(): Promise<void> {
    if (this.#started) await this.#user.onStop?.(this.#instance())
  }

  #enter(slot: number, timestamp: number): void {
    const { scope } = this
    if (this.#stale) this.#readClock()
    scope.slot = slot
    this.timestamp = timestamp
    if (this.#broadcast !== null) this.#broadcast.scope.slot = this.#broadcast.slot
  }

  #leave(): void {
    this.scope.slot = CLOSED
    if (this.#broadcast !== null) this.#broadcast.scope.slot = CLOSED
  }

  #readClock(): void {
    this.#stale = false
    if (!this.#expires) return
    this.scope.nowMs = this.#context.clock.nowMs()
    if (this.#broadcast !== null) this.#broadcast.scope.nowMs = this.scope.nowMs
  }

  /** Calls the actor for timers up to a time. False when more are left. */
  #fire(timers: Timers, until: number, domain: 'event' | 'processing'): boolean {
    const { keys } = this.#backend
    const user = this.#user
    for (let left = TIMERS_PER_STEP_MAX; timers.size > 0 && timers.firstMs <= until; left--) {
      if (left === 0) return false
      const time = timers.firstMs
      const slot = timers.firstSlot
      if (this.#cached?.cache.isHere(slot) === false) {
        this.kept.fetchDue(timers, until)
        return false
      }
      this.#enter(slot, domain === 'event' ? time : NaN)
      this.key = keys.keyAt(slot)
      timers.shift()
      this.end(user.onTimer?.(time, this.#ctx, domain))
    }
    this.#cached?.cache.unpin()
    return true
  }

  #instance(): object {
    const { operator, index, parallelism } = this.#context
    return { operator, index, parallelism }
  }
}

/** The same actor with its state elsewhere: it gets the state of a batch's keys before the batch. */
class CachedProcessActor extends ProcessActor {
  readonly #keys: readonly (((record: unknown) => Key) | null)[]

  constructor(spec: ProcessSpec, context: OperatorContext) {
    super(spec, context)
    this.#keys = spec.inputs.map(({ key }) => (key === null ? null : recordKey(key as RecordKey, context)))
  }

  override get wakeAtMs(): number {
    return this.kept.cached!.cache.isAsking ? Infinity : super.wakeAtMs
  }

  get fetches(): boolean {
    return this.kept.cached!.cache.waits
  }

  prepare(batch: ColumnBatch): boolean {
    const keyOf = this.#keys[this.input]!
    return keyOf === null || this.kept.prepare(batch.records(), keyOf)
  }
}

function* withFirst(first: StateChunk, chunks: Iterable<StateChunk | null>): Generator<StateChunk | null> {
  yield first
  yield* chunks
}

function refusePromise(result: unknown): void {
  if (typeof (result as { then?: unknown })?.then !== 'function') return
  // It fails on its first use of the context, which nobody waits for.
  ;(result as Promise<unknown>).then(undefined, () => {})
  throw new MillraceError(
    'MR_CONTEXT_CLOSED',
    'A method of an actor returned a promise: the context does not outlive the call, so nothing may be awaited in it',
  )
}

export const process: OperatorDefinition = {
  kind: 'process',
  repeats: 'inOrder',
  create: (spec, context) => {
    const Actor = context.backend.type === 'lmdb' ? CachedProcessActor : ProcessActor
    return new Actor(spec as unknown as ProcessSpec, context)
  },
}
