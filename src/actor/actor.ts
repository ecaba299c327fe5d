import type { Envelope, Mailbox } from '../channel/mailbox.ts'
import { FrameKind } from '../ring/index.ts'
import type { ActorEvents, ActorParts, ActorState, OperatorInstance, SealedChunk, StepResult } from './actor-parts.ts'
import { WHOLE_INSTANCE } from '../time/split-watermarks.ts'
import { ActorTime, type TimeChunk, isState, isTime } from './actor-time.ts'
import { Alignment } from './alignment.ts'
import { closeOperators, openOperators } from './open-operators.ts'
import type { ColumnBatch, OperatorActor, SourceProgress, StateChunk } from './contract.ts'

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
  readonly #time: ActorTime
  /** Operators that look after themselves once a batch. */
  readonly #checked: readonly OperatorActor[]
  /** Input that the head was told of last. */
  #input = -1
  /** A source said that its records come later. */
  awaitsPromise = false
  #state: ActorState = 'running'
  /** Checkpoint that a source has to take part in, or 0. */
  #barrierDue = 0
  /** After that barrier nothing more is read: the run stops with it. */
  #barrierIsLast = false
  #paused = false
  /** Operator whose onEnd comes next while ending. */
  #ending = 0
  #finalChunks: readonly SealedChunk[] | null = null
  /** Operator whose life cycle method runs, to be blamed for what it throws. */
  #at: OperatorInstance | null = null
  /** A snapshot whose barrier, or what precedes it, still waits in an outbox. */
  #unreported: { readonly checkpointId: number; readonly chunks: readonly SealedChunk[] } | null = null

  constructor(parts: ActorParts, events: ActorEvents) {
    this.id = parts.id
    this.name = parts.name
    this.#parts = parts
    this.#events = events
    this.#alignment = new Alignment(parts.mailbox.channelCount)
    const operators = parts.operators.map(({ actor }) => actor)
    this.#checked = operators.filter((actor) => actor.afterBatch !== undefined)
    const { index, parallelism, outboxes, splits } = parts
    const entering = (operator: number): void => void (this.#at = parts.operators[operator]!)
    this.#time = new ActorTime({ index, parallelism, channels: parts.mailbox.channelCount, operators, outboxes, splits, entering })
  }

  /** True when `wakeAtMs` may ever be finite. */
  get hasTimers(): boolean {
    return this.#time.hasTimers
  }

  /** Wall-clock time in ms at which a step is due, whether frames come or not; Infinity for never. */
  get wakeAtMs(): number {
    return this.#state === 'running' ? this.#time.wakeAtMs : Infinity
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

  get mailbox(): Mailbox {
    return this.#parts.mailbox
  }

  /** State after the end; null before. */
  get finalChunks(): readonly SealedChunk[] | null {
    return this.#finalChunks
  }

  /** True while something waits for company in a batch or a combiner. */
  get holdsBack(): boolean {
    return this.#parts.outboxes.some((outbox) => outbox.holdsBack) || this.#parts.operators.some(({ actor }) => actor.holdsBack === true)
  }

  async open(chunksOf: (operator: string) => readonly (StateChunk | TimeChunk)[]): Promise<void> {
    this.#time.restore(chunksOf(this.#parts.headName).filter(isTime), this.#parts.clock.nowMs())
    await openOperators(this.#parts.operators, (operator) => chunksOf(operator).filter(isState))
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
    this.awaitsPromise = false
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
    if (this.#time.isAdvancing) return this.#advance()
    if (this.#state === 'ending') return this.#end()
    this.#injectBarrier()
    if (this.#paused) return this.#runDry()
    if (this.hasTimers && this.#keepTime()) return 'progress'
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
    await closeOperators(this.#parts.operators)
  }

  #injectBarrier(): void {
    if (this.#barrierDue === 0) return
    this.#takeSnapshot(this.#barrierDue)
    this.#barrierDue = 0
    this.#paused = this.#barrierIsLast
    if (this.#paused) this.awaitsPromise = false
  }

  #poll(source: OperatorActor): StepResult {
    this.#at = this.#parts.operators[0]!
    const result = source.poll!()
    this.awaitsPromise = result === 'waiting'
    if (result !== 'waiting' && result !== 'pausing') this.batches++
    this.#batchDone()
    if (result === 'more') return 'progress'
    if (result !== 'end') return this.#runDry()
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
      case FrameKind.watermark:
      case FrameKind.idle:
      case FrameKind.active:
        this.#time.receive(frame.kind, channel, frame.value)
        if (this.#time.isAdvancing) this.#advance()
        break
      default:
        break
    }
  }

  #advance(): StepResult {
    this.#time.goOn()
    for (const operator of this.#checked) operator.afterBatch!()
    return 'progress'
  }

  /** Time by the clock: operators whose time has come, splits that may be idle. True when something was due. */
  #keepTime(): boolean {
    if (this.wakeAtMs === Infinity || !this.#time.callDue(this.#parts.clock.nowMs())) return false
    for (const operator of this.#checked) operator.afterBatch!()
    if (this.#time.isAdvancing) this.#advance()
    return true
  }

  #batchDone(): void {
    for (const operator of this.#checked) operator.afterBatch!()
    if (this.#parts.splits === null) return
    this.#time.lookAtSplits(this.#parts.clock.nowMs())
    if (this.#time.isAdvancing) this.#advance()
  }

  #process(frame: Envelope, channel: number): void {
    const batch = frame.batch ?? this.#parts.decoders[channel]!.decode(frame.payload!)
    this.recordsIn += batch.length
    this.batches++
    if (this.#parts.head !== null) this.#at = this.#parts.operators[0]!
    const input = this.#parts.inputs[channel]!
    if (input !== this.#input) {
      this.#input = input
      this.#parts.operators[0]?.actor.selectInput?.(input)
    }
    const taken = this.#parts.head?.processBatch?.(batch) === true
    if (!taken) this.#runChain(batch)
    this.#batchDone()
    this.#events.consumed(channel, frame.costBytes)
  }

  #runChain(batch: ColumnBatch): void {
    const { splits, run, clock } = this.#parts
    if (splits === null) return void run(batch.records(), 0, batch.length, batch.timestamps)
    const nowMs = clock.nowMs()
    splits.select(WHOLE_INSTANCE, nowMs)
    splits.observe(run(batch.records(), 0, batch.length, batch.timestamps), nowMs)
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
    this.#time.channelEnded(channel)
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

  /** Sealed at once, since it may be told of much later. */
  #snapshot(checkpointId: number): SealedChunk[] {
    const seal = (operator: string, chunks: readonly (StateChunk | TimeChunk)[]): SealedChunk[] =>
      chunks.map((chunk) => this.#events.seal({ operator, ...chunk }))
    const state = this.#parts.operators.flatMap((operator) => seal(operator.name, this.#in(operator).snapshot?.(checkpointId) ?? []))
    return [...state, ...seal(this.#parts.headName, this.#time.snapshot())]
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
    this.#time.end()
    if (this.#time.isAdvancing) return this.#advance()
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
