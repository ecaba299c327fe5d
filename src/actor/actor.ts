import type { BatchDecoder } from '../codec/index.ts'
import type { Envelope, Mailbox } from '../channel/mailbox.ts'
import type { Outbox } from '../channel/outbox.ts'
import { FrameKind } from '../ring/index.ts'
import type { ChainRun } from '../graph/chain-code.ts'
import { Alignment } from './alignment.ts'
import type { OperatorActor, SourceProgress, StateChunk } from './contract.ts'
import type { Place } from './place.ts'
import type { BadRecords } from './record-guard.ts'

/** What a step achieved, which decides when the actor runs next. */
export type StepResult =
  /** Did something; may have more to do. */
  | 'progress'
  /** Nothing to do until a frame, a wake-up or a checkpoint comes. */
  | 'idle'
  /** Outputs lack credit or room. */
  | 'blocked'
  /** All inputs ended, the end was passed on, the last state is taken. */
  | 'finished'

export interface OperatorInstance {
  readonly name: string
  readonly actor: OperatorActor
  /** What the operator threw, as an error that names it. */
  readonly blame: (error: unknown) => unknown
}

export interface ActorParts {
  readonly id: number
  readonly name: string
  /** Operators with a life of their own, in the order in which records pass them; the head first where it has one. */
  readonly operators: readonly OperatorInstance[]
  /** The head when it is a source that polls. */
  readonly source: OperatorActor | null
  /** The head when it may take whole batches. */
  readonly head: OperatorActor | null
  readonly run: ChainRun
  readonly mailbox: Mailbox
  readonly decoders: readonly BatchDecoder[]
  readonly outboxes: readonly Outbox[]
  /** Of operators with a policy for bad records. */
  readonly badRecords: readonly BadRecords[]
  /** Follows the record at hand where dead letters are written. */
  readonly place: Place | null
  readonly onClose: () => void
}

/** What an actor tells its worker. */
export interface ActorEvents {
  /** The oldest frames of a channel (by position in the mailbox) were processed. */
  consumed(channel: number, costBytes: number): void
  snapshotTaken(checkpointId: number, chunks: readonly ActorChunk[]): void
}

export interface ActorChunk extends StateChunk {
  readonly operator: string
}

/** Named states of an actor's life; every one is left only by the line that says so. */
export type ActorState = 'running' | 'ending' | 'finished'

/** One running parallel instance of a chain: takes frames from its mailbox (or polls its source), runs them through the chain, one batch a step. */
export class Actor {
  readonly id: number
  readonly name: string
  recordsIn = 0
  /** Batches that were processed or read. */
  batches = 0
  busyMs = 0
  readonly #parts: ActorParts
  readonly #events: ActorEvents
  readonly #alignment: Alignment
  /** Operators that look after themselves once a batch. */
  readonly #checked: readonly OperatorActor[]
  /** A source said that its records come later: when a promise settles, or at a time. */
  awaitsPromise = false
  awaitsTime = false
  #state: ActorState = 'running'
  /** Checkpoint that a source has to take part in, or 0. */
  #barrierDue = 0
  /** After that barrier nothing more is read: the run stops with it. */
  #barrierIsLast = false
  #paused = false
  /** Operator whose onEnd comes next while ending. */
  #ending = 0
  #finalChunks: readonly ActorChunk[] | null = null
  /** Operator whose life cycle method runs, to be blamed for what it throws. */
  #at: OperatorInstance | null = null
  /** A snapshot whose barrier, or what precedes it, still waits in an outbox. */
  #unreported: { readonly checkpointId: number; readonly chunks: readonly ActorChunk[] } | null = null

  constructor(parts: ActorParts, events: ActorEvents) {
    this.id = parts.id
    this.name = parts.name
    this.#parts = parts
    this.#events = events
    this.#alignment = new Alignment(parts.mailbox.channelCount)
    this.#checked = parts.operators.map(({ actor }) => actor).filter((actor) => actor.afterBatch !== undefined)
  }

  get state(): ActorState {
    return this.#state
  }

  /** True for a source that makes its records itself. */
  get polls(): boolean {
    return this.#parts.source !== null
  }

  /** Of a source that knows it. */
  get progress(): SourceProgress | null {
    return this.#parts.operators[0]?.actor.progress?.() ?? null
  }

  get injectsBarriers(): boolean {
    return this.#parts.operators[0]?.actor.injectsBarriers === true
  }

  get recordsOut(): number {
    return this.#parts.outboxes.reduce((sum, outbox) => sum + outbox.recordsOut, 0)
  }

  get badRecords(): readonly BadRecords[] {
    return this.#parts.badRecords
  }

  get mailbox(): Mailbox {
    return this.#parts.mailbox
  }

  /** State after the end; null before. */
  get finalChunks(): readonly ActorChunk[] | null {
    return this.#finalChunks
  }

  /** True while something waits for company in a batch or a combiner. */
  get holdsBack(): boolean {
    return this.#parts.outboxes.some((outbox) => outbox.holdsBack) || this.#parts.operators.some(({ actor }) => actor.holdsBack === true)
  }

  async open(chunksOf: (operator: string) => readonly StateChunk[]): Promise<void> {
    for (const { name, actor, blame } of this.#parts.operators) {
      try {
        const chunks = chunksOf(name)
        if (chunks.length > 0) await actor.restore?.(chunks)
        await actor.open?.()
      } catch (error) {
        throw blame(error)
      }
    }
  }

  /**
   * A source takes its part in a checkpoint with its next step. Others wait for the barrier in their channels.
   *
   * @param last the run stops with this checkpoint: the source reads no further, so that nothing comes out which the next run repeats
   */
  requestBarrier(checkpointId: number, last: boolean): void {
    if (this.#state !== 'running' || !this.injectsBarriers) return
    this.#barrierDue = checkpointId
    this.#barrierIsLast = last
  }

  /** A source that polls stops reading; an inlet waits for the end that the app thread sends. */
  endSource(): void {
    if (this.#state !== 'running' || this.#parts.source === null) return
    this.#state = 'ending'
    this.awaitsPromise = this.awaitsTime = false
  }

  /** Throws what an operator threw, as an error that names the operator. */
  step(): StepResult {
    this.#at = null
    try {
      const result = this.#step()
      // A barrier that a waiting source sent may have been kept: whoever is idle is not asked again, whoever is blocked is.
      return result === 'idle' && !this.flushKept() ? 'blocked' : result
    } catch (error) {
      throw this.#blamed(error)
    }
  }

  #step(): StepResult {
    if (!this.flushKept()) return 'blocked'
    if (this.#state === 'finished') return 'finished'
    if (this.#state === 'ending') return this.#end()
    this.#injectBarrier()
    if (this.#paused) return this.#runDry()
    if (this.#parts.source !== null) return this.#poll(this.#parts.source)
    const frame = this.#parts.mailbox.take()
    if (frame === null) return this.#runDry()
    this.#receive(frame, this.#parts.mailbox.lastChannel)
    return 'progress'
  }

  flushKept(): boolean {
    let clear = true
    for (const outbox of this.#parts.outboxes) clear = outbox.flushKept() && clear
    if (clear) this.#report()
    return clear
  }

  /** Passes on what waits for company; with `force`, all of it. */
  flush(force = false): void {
    try {
      for (const operator of this.#parts.operators) this.#in(operator).flush?.(force)
    } catch (error) {
      throw this.#blamed(error)
    }
    for (const outbox of this.#parts.outboxes) outbox.flushBatches()
  }

  checkpointCompleted(checkpointId: number): void {
    try {
      for (const operator of this.#parts.operators) this.#in(operator).onCheckpointComplete?.(checkpointId)
    } catch (error) {
      throw this.#blamed(error)
    }
  }

  /** Closes every operator, also when one of them throws: the attempt is over, and whatever ended it is known already. */
  async close(): Promise<void> {
    this.#parts.onClose()
    for (const { actor } of this.#parts.operators) {
      try {
        await actor.close?.()
      } catch {
        // The others still have to give back what they took.
      }
    }
  }

  #injectBarrier(): void {
    if (this.#barrierDue === 0) return
    this.#takeSnapshot(this.#barrierDue)
    this.#barrierDue = 0
    this.#paused = this.#barrierIsLast
    if (this.#paused) this.awaitsPromise = this.awaitsTime = false
  }

  #poll(source: OperatorActor): StepResult {
    this.#at = this.#parts.operators[0]!
    const result = source.poll!()
    this.awaitsPromise = result === 'waiting'
    this.awaitsTime = result === 'pausing'
    const rests = this.awaitsPromise || this.awaitsTime
    if (!rests) this.batches++
    for (const operator of this.#checked) operator.afterBatch!()
    if (result === 'more') return 'progress'
    if (rests) return this.#runDry()
    this.#state = 'ending'
    return 'progress'
  }

  #runDry(): StepResult {
    if (!this.holdsBack) return 'idle'
    this.flush()
    return 'progress'
  }

  #receive(frame: Envelope, channel: number): void {
    switch (frame.kind) {
      case FrameKind.batch:
        this.#process(frame, channel)
        break
      case FrameKind.barrier:
        this.#onBarrier(channel, frame.value)
        break
      case FrameKind.end:
        this.#onEnd(channel)
        break
      default:
        break
    }
  }

  #process(frame: Envelope, channel: number): void {
    const batch = frame.batch ?? this.#parts.decoders[channel]!.decode(frame.payload!)
    this.recordsIn += batch.length
    this.batches++
    if (this.#parts.head !== null) this.#at = this.#parts.operators[0]!
    this.#parts.place?.readsChannel(channel, batch.length)
    const taken = this.#parts.head?.processBatch?.(batch) === true
    if (!taken) this.#parts.run(batch.records(), 0, batch.length, batch.timestamps)
    for (const operator of this.#checked) operator.afterBatch!()
    this.#events.consumed(channel, frame.costBytes)
  }

  #onBarrier(channel: number, checkpointId: number): void {
    const { mailbox } = this.#parts
    const result = this.#alignment.barrier(channel, checkpointId)
    if (result === 'stale') return
    if (result !== 'wait') mailbox.releaseAll()
    if (result === 'complete') this.#takeSnapshot(checkpointId)
    else mailbox.hold(channel)
  }

  #onEnd(channel: number): void {
    const aligned = this.#alignment.end(channel)
    if (aligned !== 0) {
      this.#parts.mailbox.releaseAll()
      this.#takeSnapshot(aligned)
    }
    if (this.#alignment.allEnded) this.#state = 'ending'
  }

  #takeSnapshot(checkpointId: number): void {
    this.flush(true)
    for (const outbox of this.#parts.outboxes) outbox.broadcast(FrameKind.barrier, checkpointId)
    this.#unreported = { checkpointId, chunks: this.#snapshot(checkpointId) }
    this.flushKept()
  }

  /** Frames that wait in an outbox end with the actor, so the checkpoint may not count on them: it is told when all are on their way. */
  #report(): void {
    if (this.#unreported === null) return
    const { checkpointId, chunks } = this.#unreported
    this.#unreported = null
    this.#events.snapshotTaken(checkpointId, chunks)
  }

  #snapshot(checkpointId: number): ActorChunk[] {
    return this.#parts.operators.flatMap((operator) =>
      (this.#in(operator).snapshot?.(checkpointId) ?? []).map((chunk) => ({ operator: operator.name, ...chunk })),
    )
  }

  #in(operator: OperatorInstance): OperatorActor {
    this.#at = operator
    return operator.actor
  }

  #blamed(error: unknown): unknown {
    return this.#at === null ? error : this.#at.blame(error)
  }

  /** One operator's last results a step, so that outputs are flushed between them. */
  #end(): StepResult {
    const { operators, outboxes } = this.#parts
    const operator = operators[this.#ending]
    if (operator !== undefined) {
      this.#in(operator).flush?.(true)
      if ((operator.actor.onEnd?.() ?? 'done') === 'done') this.#ending++
      for (const checked of this.#checked) checked.afterBatch!()
      return 'progress'
    }
    if (this.#finalChunks === null) {
      this.flush(true)
      for (const outbox of outboxes) outbox.broadcast(FrameKind.end, 0)
      this.#finalChunks = this.#snapshot(0)
    }
    if (!this.flushKept()) return 'blocked'
    this.#state = 'finished'
    return 'progress'
  }
}
