import type { Envelope, Mailbox } from '../channel/mailbox.ts'
import { Outboxes } from '../channel/outboxes.ts'
import { FrameKind } from '../ring/index.ts'
import type { ActorEvents, ActorParts, ActorState, CheckpointEnd, SealedChunk, StepResult } from './actor-parts.ts'
import { ActorTime, type TimeChunk, isState, isTime } from './actor-time.ts'
import { Alignment } from './alignment.ts'
import { BatchInput } from './batch-input.ts'
import { closeOperators, openOperators } from './open-operators.ts'
import type { OperatorActor, SourceProgress, StateChunk } from './contract.ts'
import { Operators } from './operators.ts'
import { Snapshots } from './snapshots.ts'

/** One running parallel instance of a chain: takes frames from its mailbox (or polls its source), runs them through the chain, one batch a step. */
export class Actor {
  readonly id: number
  readonly name: string
  recordsIn = 0
  /** Batches that were processed or read, and times that the clock brought: when none was added, a checkpoint would be like the last one. */
  batches = 0
  readonly badRecords: ActorParts['badRecords']
  readonly latency: ActorParts['latency']
  readonly query: ActorParts['query']
  readonly keys: ActorParts['keys']
  readonly mailbox: Mailbox
  readonly #parts: ActorParts
  readonly #events: ActorEvents
  readonly #alignment: Alignment
  readonly #time: ActorTime
  readonly #operators: Operators
  readonly #outboxes: Outboxes
  readonly #snapshots: Snapshots
  readonly #input: BatchInput
  /** A source said that its records come later, or an operator that it cannot take more. */
  awaitsPromise = false
  /** The head has asked for state that lies elsewhere. */
  awaitsState = false
  #state: ActorState = 'running'
  /** Checkpoint that a source has to take part in, or 0. */
  #barrierDue = 0
  /** An operator is not ready. */
  #waits = false
  /** Checkpoint whose barrier came while an operator was not ready for it, or 0; a channel that ended and waits for it, or -1. */
  #snapshotDue = 0
  #endDue = -1
  /** Nothing more is read after it: the run stops with it. */
  #barrierIsLast = false
  #paused = false
  /** The last step called what was due by the clock: now it is the turn of frames, which a timer that is always due must not keep out. */
  #keptTime = false
  /** Operator whose onEnd comes next while ending; all of them have ended, and receivers know. */
  #ending = 0
  #hasEnded = false
  #finalChunks: readonly SealedChunk[] | null = null

  constructor(parts: ActorParts, events: ActorEvents) {
    this.id = parts.id
    this.name = parts.name
    this.#parts = parts
    this.mailbox = parts.mailbox
    this.badRecords = parts.badRecords
    this.latency = parts.latency
    this.query = parts.query
    this.keys = parts.keys
    this.#events = events
    this.#alignment = new Alignment(parts.mailbox.channelCount, parts.clock)
    this.#operators = new Operators(parts.operators)
    this.#outboxes = new Outboxes(parts.outboxes)
    this.#input = new BatchInput(parts, this.#operators)
    this.#time = new ActorTime(parts, (operator) => void this.#operators.enter(operator))
    this.#snapshots = new Snapshots(this.#operators, this.#time, events, parts)
  }

  /** True when `wakeAtMs` may ever be finite. */
  get hasTimers(): boolean {
    return this.#time.hasTimers
  }

  /** Wall-clock time in ms at which a step is due, whether frames come or not; Infinity for never. */
  get wakeAtMs(): number {
    return this.#state === 'finished' ? Infinity : this.#time.wakeAtMs(this.#waits)
  }

  /** Event time in ms that the actor has come to; -Infinity before it knows of any. */
  get watermark(): number {
    return this.#time.watermark
  }

  get state(): ActorState {
    return this.#state
  }

  /** True for a source that makes its records itself. */
  get polls(): boolean {
    return this.#parts.source !== null
  }

  get progress(): SourceProgress | null {
    return this.#operators.progress
  }

  get injectsBarriers(): boolean {
    return this.polls || this.#operators.first?.injectsBarriers === true
  }

  get outputs(): readonly number[] {
    return this.#outboxes.outputs
  }

  /** State after the end; null before. */
  get finalChunks(): readonly SealedChunk[] | null {
    return this.#finalChunks
  }

  /** True while something waits for company in a batch or a combiner. */
  get holdsBack(): boolean {
    return this.#outboxes.holdsBack || this.#operators.holdBack
  }

  async open(chunksOf: (operator: string) => readonly (StateChunk | TimeChunk)[]): Promise<void> {
    this.#time.restore(chunksOf(this.#parts.headName).filter(isTime))
    this.#parts.drift?.tell()
    await openOperators(this.#parts.operators, (operator) => chunksOf(operator).filter(isState))
    this.#operators.opened = true
  }

  /**
   * A source takes its part in a checkpoint with its next step. Others wait for the barrier in their channels, or for the end of all of them.
   * @param last the run stops with this checkpoint: the source reads no further, so that nothing comes out which the next run repeats
   */
  requestBarrier(checkpointId: number, last: boolean): boolean {
    // What the end of its channels makes an actor say belongs before the barrier that a run stops with. No other waits for it: false.
    const joins = this.#state === 'running' && (!last || this.injectsBarriers)
    if (joins) [this.#barrierDue, this.#barrierIsLast] = [checkpointId, last]
    return last || this.#state !== 'ending'
  }

  /** A source that polls stops reading; an inlet waits for the end that the app thread sends. */
  endSource(): void {
    if (this.#state !== 'running' || this.#parts.source === null) return
    this.#state = 'ending'
    this.awaitsPromise = false
  }

  /** Throws what an operator threw, naming it. */
  step(): StepResult {
    this.#operators.enter(null)
    try {
      const result = this.#step()
      if (this.#snapshots.goOn()) return result === 'progress' ? result : 'storing'
      // A barrier of a waiting source may have been kept: whoever is idle is not asked again, whoever is blocked is.
      return result === 'idle' && !this.flushKept() ? 'blocked' : result
    } catch (error) {
      throw this.#operators.blamed(error)
    }
  }

  #step(): StepResult {
    if (!this.flushKept()) return 'blocked'
    if (this.#state === 'finished') return 'finished'
    if (!this.#isReady()) return this.#keepTime() ? 'progress' : 'idle'
    if (this.#input.waits) return this.#processBatch()
    if (this.#snapshotDue !== 0) return this.#takeSnapshot(this.#snapshotDue)
    if (this.#time.isAdvancing || this.#time.release()) return this.#advance()
    if (this.#state === 'running' || !this.#barrierIsLast) this.#injectBarrier()
    if (this.#state === 'ending' && this.#snapshotDue === 0) return this.#end()
    if (this.#snapshotDue !== 0) return 'progress'
    if (this.#paused) return this.#runDry()
    const ahead = this.#parts.drift?.holdsBack() === true
    this.#keptTime = !this.#keptTime && this.#keepTime()
    if (this.#keptTime) return this.#time.isAdvancing ? this.#advance() : 'progress'
    if (ahead) return this.#runDry()
    if (this.#parts.source !== null) return this.#poll(this.#parts.source)
    const frame = this.#parts.mailbox.take()
    if (frame === null) return this.#runDry()
    this.#receive(frame, this.#parts.mailbox.lastChannel)
    return 'progress'
  }

  flushKept(): boolean {
    const clear = this.#outboxes.flushKept()
    if (clear) this.#snapshots.report()
    return clear
  }

  /** Passes on what waits for company; with `force`, all of it. */
  flush(force = false): void {
    this.#operators.flush(force)
    this.#outboxes.flushBatches()
  }

  checkpointEnded(checkpointId: number, end: CheckpointEnd): Promise<unknown>[] {
    if (end.failure !== null && this.#alignment.abandon(checkpointId)) this.mailbox.releaseAll()
    return this.#snapshots.checkpointEnded(checkpointId, end)
  }

  async close(): Promise<void> {
    this.#parts.onClose()
    await closeOperators(this.#parts.operators)
  }

  #injectBarrier(): void {
    if (this.#barrierDue === 0 || !this.injectsBarriers) return
    this.#takeSnapshot(this.#barrierDue)
    this.#barrierDue = 0
    this.#paused = this.#barrierIsLast
    if (this.#paused) this.awaitsPromise = false
  }

  #poll(source: OperatorActor): StepResult {
    this.#operators.enter(0)
    const result = source.poll!()
    this.awaitsPromise = result === 'waiting'
    if (result !== 'waiting' && result !== 'pausing') this.batches++
    this.#batchDone()
    if (result === 'more') return 'progress'
    if (result !== 'end') return this.#runDry()
    this.#state = 'ending'
    return 'progress'
  }

  #isReady(): boolean {
    const ready = this.#operators.areReady()
    this.awaitsState = this.#operators.enter(0)?.fetches === true
    this.#operators.enter(null)
    this.#waits = !ready || this.awaitsState
    this.awaitsPromise = !ready || this.#operators.awaitPromises
    return !this.#waits
  }

  #runDry(): StepResult {
    if (!this.holdsBack) return 'idle'
    this.flush()
    return 'progress'
  }

  #receive(frame: Envelope, channel: number): void {
    switch (frame.kind) {
      case FrameKind.batch:
        this.recordsIn += this.#input.receive(frame, channel)
        return void this.#processBatch()
      case FrameKind.barrier:
        return this.#onBarrier(channel, frame.value)
      case FrameKind.end:
        return this.#onEnd(channel)
      case FrameKind.watermark:
      case FrameKind.idle:
      case FrameKind.active:
        this.#time.receive(frame.kind, channel, frame.value)
        return void (this.#time.isAdvancing && this.#advance())
      case FrameKind.latency:
        return this.latency?.receive(frame.value)
      case FrameKind.credit:
    }
  }

  #advance(): StepResult {
    this.#time.goOn()
    this.#operators.afterBatch()
    return 'progress'
  }

  /** Time by the clock: operators whose time has come, splits that may be idle. True when something was due. */
  #keepTime(): boolean {
    if (!this.hasTimers || this.wakeAtMs === Infinity || !this.#time.callDue(this.#waits)) return false
    this.batches++
    this.#operators.afterBatch()
    return true
  }

  #batchDone(): void {
    this.#operators.afterBatch()
    this.latency?.afterBatch()
    if (this.#parts.splits === null) return
    this.#time.lookAtSplits()
    this.#parts.drift?.tell()
    if (this.#time.isAdvancing) this.#advance()
  }

  #processBatch(): StepResult {
    const done = this.#input.process()
    if (done === null) return 'progress'
    this.batches++
    this.#batchDone()
    this.#events.consumed(done.channel, done.costBytes)
    return 'progress'
  }

  #onBarrier(channel: number, checkpointId: number): void {
    const result = this.#alignment.barrier(channel, checkpointId)
    if (result === 'stale') return
    if (result !== 'wait') this.mailbox.releaseAll()
    if (result === 'complete') this.#takeSnapshot(checkpointId)
    else this.mailbox.hold(channel)
  }

  #onEnd(channel: number): void {
    const aligned = this.#alignment.end(channel, this.injectsBarriers ? 0 : this.#barrierDue)
    if (aligned !== 0) {
      this.#parts.mailbox.releaseAll()
      this.#takeSnapshot(aligned)
    }
    this.#endDue = channel
    if (this.#snapshotDue === 0) this.#channelEnded()
  }

  #channelEnded(): void {
    this.#time.channelEnded(this.#endDue)
    this.#endDue = -1
    if (this.#alignment.allEnded) this.#state = 'ending'
  }

  /** Due until every operator is through with what came before the barrier; until then the actor takes in nothing. */
  #takeSnapshot(checkpointId: number): StepResult {
    this.flush(true)
    this.#snapshotDue = this.#isReady() ? 0 : checkpointId
    if (this.#snapshotDue !== 0) return 'progress'
    this.#outboxes.broadcast(FrameKind.barrier, checkpointId)
    this.#snapshots.begin(checkpointId, this.#alignment.tookMs)
    this.flushKept()
    if (this.#endDue >= 0) this.#channelEnded()
    return 'progress'
  }

  /** One operator's last results a step, so that outputs are flushed between them. */
  #end(): StepResult {
    this.#parts.drift?.leave()
    this.#time.end()
    if (this.#time.isAdvancing) return this.#advance()
    const operator = this.#operators.enter(this.#ending)
    if (operator !== null) {
      operator.flush?.(true)
      if (operator.ready?.() === false) return 'progress'
      if ((operator.onEnd?.() ?? 'done') === 'done') this.#ending++
      this.#operators.afterBatch()
      return 'progress'
    }
    if (!this.#hasEnded) {
      this.flush(true)
      this.#hasEnded = this.#isReady()
      if (this.#hasEnded) this.#outboxes.broadcast(FrameKind.end, 0)
      return 'progress'
    }
    // Bit by bit: last results do not wait for the last state.
    this.#finalChunks ??= this.#snapshots.takeLast()
    if (this.#finalChunks === null) return 'progress'
    if (!this.flushKept()) return 'blocked'
    this.#state = 'finished'
    return 'progress'
  }
}
