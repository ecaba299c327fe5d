import type { Envelope, Mailbox } from '../channel/mailbox.ts'
import { Outboxes } from '../channel/outboxes.ts'
import { FrameKind } from '../ring/index.ts'
import type { ActorEvents, ActorParts, ActorState, CheckpointEnd, SealedChunk, StepResult } from './actor-parts.ts'
import { HAS_ENDED, type LoneVerdict } from './actor-log.ts'
import { ActorTime, type TimeChunk, isTime } from './actor-time.ts'
import { BatchInput } from './batch-input.ts'
import { Ending } from './ending.ts'
import type { OperatorActor, SourceProgress, StateChunk } from './contract.ts'
import { Operators } from './operators.ts'
import { type Interruptible, Replay } from './replay.ts'
import { Snapshots } from './snapshots.ts'
import { Standing } from './standing.ts'

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
  readonly #time: ActorTime
  readonly #operators: Operators
  readonly #outboxes: Outboxes
  readonly #snapshots: Snapshots
  readonly #input: BatchInput
  readonly #inside: Interruptible
  readonly #ending: Ending
  /** A source said that its records come later, or an operator that it cannot take more. */
  awaitsPromise = false
  /** The head has asked for state that lies elsewhere. */
  awaitsState = false
  /** Survives the failure of its operators. */
  #now: Standing
  /** An operator is not ready. */
  #waits = false
  /** While it is brought to where its predecessor was. */
  #replay: Replay | null = null

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
    this.#now = new Standing(parts.mailbox.channelCount, parts.clock)
    this.#operators = new Operators(parts.operators, parts.log)
    this.#outboxes = new Outboxes(parts.outboxes, parts.log)
    this.#input = new BatchInput(parts, this.#operators)
    this.#time = new ActorTime(parts, (operator) => void this.#operators.enter(operator))
    this.#inside = { time: this.#time, input: this.#input, operators: this.#operators }
    this.#snapshots = new Snapshots(this.#operators, this.#time, events, parts)
    this.#ending = new Ending(this.#operators, this.#outboxes, this.#snapshots)
  }

  /** True when `wakeAtMs` may ever be finite. */
  get hasTimers(): boolean {
    return this.#time.hasTimers
  }

  /** Wall-clock time in ms at which a step is due, whether frames come or not; Infinity for never. */
  get wakeAtMs(): number {
    return this.#now.state === 'finished' ? Infinity : this.#time.wakeAtMs(this.#waits)
  }

  /** Event time in ms that the actor has come to; -Infinity before it knows of any. */
  get watermark(): number {
    return this.#time.watermark
  }

  get state(): ActorState {
    return this.#now.state
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
    return this.#ending.chunks
  }

  /** True while something waits for company in a batch or a combiner. */
  get holdsBack(): boolean {
    return this.#outboxes.holdsBack || this.#operators.holdBack
  }

  /** @param checkpoint that the chunks are of, or 0 */
  async open(chunksOf: (operator: string) => readonly (StateChunk | TimeChunk)[], checkpoint = 0): Promise<void> {
    this.#time.restore(chunksOf(this.#parts.headName).filter(isTime))
    this.#parts.log?.opened(checkpoint, this.#time.watermark)
    this.#parts.drift?.tell()
    await this.#operators.open(chunksOf)
  }

  /** Whether it can restart alone, now that its operators have failed. */
  verdict(): LoneVerdict {
    return this.#now.state === 'finished' ? HAS_ENDED : (this.#parts.log?.verdict() ?? HAS_ENDED)
  }

  /**
   * Opens the actor in the place of one whose operators have failed: with their state of a checkpoint, from which on the log says what they were given.
   *
   * @throws MillraceError MR_REPLAY_DIVERGED when the log does not reach back to the checkpoint
   */
  async reopen(chunksOf: (operator: string) => readonly (StateChunk | TimeChunk)[], checkpoint: number): Promise<void> {
    this.#replay = Replay.from(this.#parts.log!, checkpoint, this.#outboxes, this.#inside)
    await this.#operators.open(chunksOf)
  }

  /** From now on it is the one that runs. Where its predecessor was stopped in the middle of something, it goes on with that once it is there. */
  replace(failed: Actor): void {
    this.#replay!.begin(failed.#replay?.interrupted ?? failed.#inside)
    this.#now = failed.#now
    this.recordsIn = failed.recordsIn
    this.batches = failed.batches
  }

  /**
   * A source takes its part in a checkpoint with its next step. Others wait for the barrier in their channels, or for the end of all of them.
   * @param last the run stops with this checkpoint: the source reads no further, so that nothing comes out which the next run repeats
   */
  requestBarrier(checkpointId: number, last: boolean): boolean {
    // What the end of its channels makes an actor say belongs before the barrier that a run stops with. No other waits for it: false.
    const joins = this.#now.state === 'running' && (!last || this.injectsBarriers)
    if (joins) [this.#now.barrierDue, this.#now.barrierIsLast] = [checkpointId, last]
    return last || this.#now.state !== 'ending'
  }

  /** A source that polls stops reading; an inlet waits for the end that the app thread sends. */
  endSource(): void {
    if (this.#now.state !== 'running' || this.#parts.source === null) return
    this.#now.state = 'ending'
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
    if (this.#now.state === 'finished') return 'finished'
    if (this.#replay?.goOn() === false) return 'progress'
    this.#replay = null
    if (!this.#isReady()) return this.#keepTime() ? 'progress' : 'idle'
    if (this.#input.waits) return this.#processBatch()
    if (this.#now.snapshotDue !== 0) return this.#takeSnapshot(this.#now.snapshotDue)
    if (this.#time.isAdvancing || this.#time.release()) return this.#advance()
    if (this.#now.state === 'running' || !this.#now.barrierIsLast) this.#injectBarrier()
    if (this.#now.state === 'ending' && this.#now.snapshotDue === 0) return this.#end()
    if (this.#now.snapshotDue !== 0) return 'progress'
    if (this.#now.paused) return this.#runDry()
    const ahead = this.#parts.drift?.holdsBack() === true
    this.#now.keptTime = !this.#now.keptTime && this.#keepTime()
    if (this.#now.keptTime) return this.#time.isAdvancing ? this.#advance() : 'progress'
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
    if (this.#replay !== null) return
    this.#operators.flush(force)
    this.#outboxes.flushBatches()
  }

  checkpointEnded(checkpointId: number, end: CheckpointEnd): Promise<unknown>[] {
    if (end.failure !== null && this.#now.alignment.abandon(checkpointId)) this.mailbox.releaseAll()
    this.#parts.log?.checkpointEnded(checkpointId, end.failure === null)
    return this.#snapshots.checkpointEnded(checkpointId, end)
  }

  /** Its operators have failed, and hear of nothing any more. */
  fail(): void {
    this.#operators.haveFailed = true
  }

  async close(): Promise<void> {
    this.#parts.onClose()
    await this.#operators.close()
  }

  #injectBarrier(): void {
    if (this.#now.barrierDue === 0 || !this.injectsBarriers) return
    this.#takeSnapshot(this.#now.barrierDue)
    this.#now.barrierDue = 0
    this.#now.paused = this.#now.barrierIsLast
    if (this.#now.paused) this.awaitsPromise = false
  }

  #poll(source: OperatorActor): StepResult {
    this.#operators.enter(0)
    const result = source.poll!()
    this.awaitsPromise = result === 'waiting'
    if (result !== 'waiting' && result !== 'pausing') this.batches++
    this.#batchDone()
    if (result === 'more') return 'progress'
    if (result !== 'end') return this.#runDry()
    this.#now.state = 'ending'
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
        return void (this.#now.barrier(this.mailbox, channel, frame.value) && this.#takeSnapshot(frame.value))
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
    if (!this.hasTimers || (this.wakeAtMs === Infinity && !this.#time.isCalling) || !this.#time.callDue(this.#waits)) return false
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

  #onEnd(channel: number): void {
    const aligned = this.#now.alignment.end(channel, this.injectsBarriers ? 0 : this.#now.barrierDue)
    this.#now.endDue = channel
    if (aligned === 0) return void (this.#now.snapshotDue === 0 && this.#channelEnded())
    this.#parts.mailbox.releaseAll()
    this.#takeSnapshot(aligned)
  }

  #channelEnded(): void {
    this.#time.channelEnded(this.#now.endDue)
    this.#now.endDue = -1
    if (this.#now.alignment.allEnded) this.#now.state = 'ending'
  }

  /** Due until every operator is through with what came before the barrier; until then the actor takes in nothing. */
  #takeSnapshot(checkpointId: number): StepResult {
    this.#now.snapshotDue = checkpointId
    this.flush(true)
    this.#now.snapshotDue = this.#isReady() ? 0 : checkpointId
    if (this.#now.snapshotDue !== 0) return 'progress'
    this.#outboxes.broadcast(FrameKind.barrier, checkpointId)
    this.#parts.log?.barrier(checkpointId, this.#time.watermark)
    this.#snapshots.begin(checkpointId, this.#now.alignment.tookMs)
    this.flushKept()
    if (this.#now.endDue >= 0) this.#channelEnded()
    return 'progress'
  }

  #end(): StepResult {
    this.#parts.drift?.leave()
    this.#time.end()
    if (this.#time.isAdvancing) return this.#advance()
    return this.#ending.step(this.#now, { flush: () => this.flush(true), isReady: () => this.#isReady() })
  }
}
