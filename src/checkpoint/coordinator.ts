/**
 * Decides about checkpoints: no timer, no input or output, no clock. Events go in, effects come out, the control thread carries them
 * out. One region; one checkpoint in flight; its life:
 *
 * ```
 *            inject-barrier            every actor acknowledged or finished         committed
 *   (none) ------------------> aligning ----------------------------------> committing ----------> complete
 *                                 |  timeout, declined, attempt ended, stopped      |  commit failed
 *                                 +---------------------> abort <-------------------+
 * ```
 *
 * A commit cannot be taken back: while one is in flight no attempt may start (see {@link CheckpointCoordinator.settled}), because only
 * its outcome tells which checkpoint the attempt has to start from.
 */
import type { ErrorData } from '../core/failure.ts'
import { MillraceError } from '../errors.ts'
import {
  CHECKPOINT_DRAIN_LOOK_MS,
  CHECKPOINT_FINAL_TRIES_MAX,
  CHECKPOINT_INTERVAL_MS_DEFAULT,
  CHECKPOINT_TIMEOUT_MS_DEFAULT,
} from '../limits.ts'
import type { CheckpointAbortReason, CoordinatorEffect, CoordinatorEvent } from './coordinator-events.ts'
import type { CheckpointStatus } from './manifest.ts'

export type { CheckpointAbortReason, CoordinatorEffect, CoordinatorEvent } from './coordinator-events.ts'

export interface CoordinatorOptions {
  /** First id; the store says which (`firstId`). */
  readonly firstId: number
  /** From the start of one checkpoint to the start of the next. Undefined or Infinity: only when triggered. */
  readonly intervalMs?: number
  readonly timeoutMs?: number
  /** Least time from the end of one checkpoint to the start of the next one that is periodic, or asked for with patience. */
  readonly minPauseMs?: number
}

interface Attempt {
  readonly number: number
  readonly actors: ReadonlySet<string>
  readonly sources: ReadonlySet<string>
  readonly finished: Set<string>
  /** Sources that have not ended: counted, since there may be ten thousand. */
  liveSources: number
  stopped: boolean
}

interface InFlight {
  readonly checkpoint: number
  readonly attempt: Attempt
  readonly startedMs: number
  /** Somebody wants it; it was not only due. */
  readonly asked: boolean
  /** Actors whose snapshot the storage thread holds. */
  readonly acknowledged: Set<string>
  /** Actors that are neither acknowledged nor finished. */
  missing: number
  status: CheckpointStatus
  committing: boolean
  deadlineMs: number
}

export class CheckpointCoordinator {
  readonly #intervalMs: number
  readonly #timeoutMs: number
  readonly #minPauseMs: number
  #nextId: number
  #attempt: Attempt | undefined
  #inFlight: InFlight | undefined
  /** A checkpoint was asked for and has not begun: 'now', or 'soon', after the least pause. */
  #wanted: 'no' | 'soon' | 'now' = 'no'
  /** End of the least pause after the last checkpoint. */
  #pausedUntilMs = -Infinity
  /** When the next periodic checkpoint may begin. */
  #dueMs = Infinity
  /** The final checkpoint is committed. */
  #done = false
  #finalTries = 0
  #scheduledMs: number | undefined
  #effects: CoordinatorEffect[] = []

  constructor(options: CoordinatorOptions) {
    this.#nextId = options.firstId
    this.#intervalMs = positive('intervalMs', options.intervalMs ?? CHECKPOINT_INTERVAL_MS_DEFAULT)
    this.#timeoutMs = positive('timeoutMs', options.timeoutMs ?? CHECKPOINT_TIMEOUT_MS_DEFAULT)
    this.#minPauseMs = options.minPauseMs ?? 0
  }

  /** False while the outcome of a commit is open: then no attempt may start. */
  get settled(): boolean {
    return !this.#inFlight?.committing
  }

  /** Somebody asked for a checkpoint that has not begun. */
  get wanted(): boolean {
    return this.#wanted !== 'no'
  }

  /** When the next one may begin. */
  get #nextMs(): number {
    if (this.#wanted === 'now') return -Infinity
    return this.#wanted === 'soon' ? Math.min(this.#dueMs, this.#pausedUntilMs) : this.#dueMs
  }

  /** Id and age of the checkpoint in flight. */
  get inFlight(): { readonly checkpoint: number; readonly startedMs: number; readonly missing: readonly string[] } | undefined {
    const flight = this.#inFlight
    return flight && { checkpoint: flight.checkpoint, startedMs: flight.startedMs, missing: missingOf(flight) }
  }

  /** True when every source has ended and not every actor: no barrier flows any more, nor does what a checkpoint in flight still waits for. */
  get drains(): boolean {
    return this.#attempt !== undefined && this.#attempt.liveSources === 0 && !hasEnded(this.#attempt)
  }

  /** Takes an event and returns what is to be done, in order. Events of older attempts and checkpoints are ignored. */
  handle(event: CoordinatorEvent): readonly CoordinatorEffect[] {
    this.#effects = []
    this.#take(event)
    this.#advance(event.nowMs)
    this.#reschedule()
    return this.#effects
  }

  #take(event: CoordinatorEvent): void {
    switch (event.type) {
      case 'attempt-started':
        return this.#startAttempt(event)
      case 'attempt-ended':
        return this.#endAttempt(event.nowMs)
      case 'stopped':
        if (this.#attempt) this.#attempt.stopped = true
        this.#wanted = 'no'
        return this.#abort(event.nowMs, 'stopped')
      case 'triggered':
        return this.#want(event.patient === true)
      case 'acknowledged':
        if (this.#isAligning(event)) acknowledge(this.#inFlight!, event.actor)
        return
      case 'declined':
        if (this.#isAligning(event)) this.#abort(event.nowMs, 'actor-declined', event.actor, event.cause)
        return
      case 'draining':
        return void (this.#isAligning(event) && this.#attempt!.liveSources > 0 && this.#giveWay(event))
      case 'actor-restarting':
        if (this.#inFlight?.committing === false) this.#giveWay(event)
        return
      case 'finished':
        if (this.#attempt?.number === event.attempt) this.#finish(this.#attempt, event.actor)
        return
      case 'committed':
        return this.#committed(event.checkpoint, event.nowMs)
      case 'commit-failed':
        return this.#commitFailed(event.checkpoint, event.nowMs, event.cause)
      case 'tick':
        this.#scheduledMs = undefined // The wish is used up, even if the tick came early.
        return this.#expire(event.nowMs)
    }
  }

  #finish(attempt: Attempt, actor: string): void {
    if (!attempt.actors.has(actor) || attempt.finished.has(actor)) return
    attempt.finished.add(actor)
    if (attempt.sources.has(actor)) attempt.liveSources--
    const flight = this.#inFlight
    if (flight?.attempt === attempt && !flight.acknowledged.has(actor)) flight.missing--
  }

  /** What follows from the state alone: complete the cut, or begin the next checkpoint. */
  #advance(nowMs: number): void {
    const flight = this.#inFlight
    if (flight) {
      if (!flight.committing && flight.attempt === this.#attempt && flight.missing === 0) this.#commit(flight, nowMs)
      return
    }
    const attempt = this.#attempt
    if (!attempt || !this.#mayBegin(attempt)) return
    const final = hasEnded(attempt) && this.#finalTries === 0
    if (final || nowMs >= this.#nextMs) this.#begin(attempt, nowMs)
  }

  #want(patient: boolean): void {
    if (this.#attempt === undefined || this.#attempt.stopped || this.#done) return
    if (!patient) this.#wanted = 'now'
    else if (this.#wanted === 'no') this.#wanted = 'soon'
  }

  /**
   * With every source ended the rest of the job drains. Periodic checkpoints go on: actors take their snapshots when the last of their channels has ended. One that somebody
   * asked for, such as the last one of a stop, waits for the final one: behind it more would come out.
   */
  #mayBegin(attempt: Attempt): boolean {
    return !attempt.stopped && !this.#done && (hasEnded(attempt) || attempt.liveSources > 0 || !this.wanted)
  }

  #begin(attempt: Attempt, nowMs: number): void {
    const checkpoint = this.#nextId++
    const asked = this.wanted
    this.#wanted = 'no'
    this.#dueMs = nowMs + this.#intervalMs
    const sources = liveSources(attempt)
    // What a stage still has to say when its input is over may take long, and holds nothing up.
    const deadlineMs = sources.length > 0 ? nowMs + this.#timeoutMs : Infinity
    const acknowledged = new Set<string>()
    const missing = attempt.actors.size - attempt.finished.size
    const state = { missing, status: 'complete', committing: false, deadlineMs } as const
    this.#inFlight = { checkpoint, attempt, startedMs: nowMs, asked, acknowledged, ...state }
    if (!hasEnded(attempt)) this.#effects.push({ type: 'inject-barrier', checkpoint, attempt: attempt.number, sources })
    else this.#commit(this.#inFlight, nowMs)
  }

  /** What an actor still has to say may take long. While sources go on, nobody is to wait with a barrier for it; without them the checkpoint waits, and holds nothing up. */
  #giveWay({ type, nowMs }: CoordinatorEvent & { type: 'draining' | 'actor-restarting' }): void {
    const { asked } = this.#inFlight!
    this.#abort(nowMs, type)
    if (!asked) return
    this.#wanted = 'soon'
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + CHECKPOINT_DRAIN_LOOK_MS)
  }

  #commit(flight: InFlight, nowMs: number): void {
    const { checkpoint, attempt, acknowledged } = flight
    // An actor that acknowledged and ended afterwards had not ended at the barrier: its chunks count.
    const actors = [...attempt.actors].map((actor) => ({ actor, finished: !acknowledged.has(actor) }))
    flight.status = actors.every(({ finished }) => finished) ? 'finished' : 'complete'
    flight.committing = true
    flight.deadlineMs = nowMs + this.#timeoutMs
    this.#effects.push({ type: 'commit', checkpoint, attempt: attempt.number, status: flight.status, actors })
  }

  #committed(checkpoint: number, nowMs: number): void {
    const flight = this.#inFlight
    if (!flight?.committing || flight.checkpoint !== checkpoint) return
    this.#inFlight = undefined
    this.#finalTries = 0
    if (flight.status === 'finished') this.#done = true
    this.#pause(nowMs)
    const { attempt, status, startedMs } = flight
    this.#effects.push({ type: 'complete', checkpoint, attempt: attempt.number, status, tookMs: nowMs - startedMs })
  }

  #commitFailed(checkpoint: number, nowMs: number, cause: ErrorData | undefined): void {
    const flight = this.#inFlight
    if (!flight?.committing || flight.checkpoint !== checkpoint) return
    flight.committing = false
    this.#abort(nowMs, 'commit-failed', undefined, cause)
    if (flight.attempt !== this.#attempt || !hasEnded(flight.attempt)) return
    this.#finalTries++
    this.#dueMs = nowMs + Math.min(this.#intervalMs, CHECKPOINT_INTERVAL_MS_DEFAULT)
    if (this.#finalTries < CHECKPOINT_FINAL_TRIES_MAX) return
    this.#attempt!.stopped = true
    this.#effects.push({ type: 'final-failed', checkpoint, tries: this.#finalTries, ...(cause && { cause }) })
  }

  /** Gives up the checkpoint in flight, unless it is being committed. */
  #abort(nowMs: number, reason: CheckpointAbortReason, actor?: string, cause?: ErrorData): void {
    const flight = this.#inFlight
    if (!flight || flight.committing) return
    this.#inFlight = undefined
    this.#pause(nowMs)
    const { checkpoint, attempt } = flight
    this.#effects.push({
      type: 'abort',
      checkpoint,
      attempt: attempt.number,
      reason,
      ...(actor !== undefined && { actor }),
      ...(cause && { cause }),
    })
  }

  #expire(nowMs: number): void {
    const flight = this.#inFlight
    if (!flight || nowMs < flight.deadlineMs) return
    if (!flight.committing) return this.#abort(nowMs, 'timeout')
    flight.deadlineMs = Infinity
    this.#effects.push({ type: 'storage-stalled', checkpoint: flight.checkpoint })
  }

  #startAttempt(event: CoordinatorEvent & { type: 'attempt-started' }): void {
    if (!this.settled) {
      const message = `Attempt ${event.attempt} started while checkpoint ${this.#inFlight?.checkpoint} was being committed.`
      throw new MillraceError('MR_CHECKPOINT_FAILED', message)
    }
    if (this.#attempt && event.attempt <= this.#attempt.number) {
      throw new MillraceError('MR_CHECKPOINT_FAILED', `Attempt ${event.attempt} started after attempt ${this.#attempt.number}.`)
    }
    this.#abort(event.nowMs, 'attempt-ended')
    const actors = new Set(event.actors)
    const finished = new Set((event.finished ?? []).filter((actor) => actors.has(actor)))
    const sources = new Set(event.sources)
    const liveSources = [...sources].filter((source) => !finished.has(source)).length
    this.#attempt = { number: event.attempt, actors, sources, finished, liveSources, stopped: false }
    // What the last checkpoint lets sinks commit may fail after it: then the attempt is made again, and with it the checkpoint.
    this.#done = false
    this.#wanted = event.immediate === true ? 'now' : 'no'
    this.#finalTries = 0
    this.#dueMs = event.nowMs + this.#intervalMs
  }

  #endAttempt(nowMs: number): void {
    this.#abort(nowMs, 'attempt-ended')
    if (this.#attempt) this.#attempt.stopped = true
    this.#wanted = 'no'
  }

  #pause(nowMs: number): void {
    this.#pausedUntilMs = nowMs + this.#minPauseMs
    this.#dueMs = Math.max(this.#dueMs, this.#pausedUntilMs)
  }

  #isAligning(event: { readonly attempt: number; readonly checkpoint: number }): boolean {
    const flight = this.#inFlight
    return flight !== undefined && !flight.committing && flight.checkpoint === event.checkpoint && flight.attempt.number === event.attempt
  }

  #reschedule(): void {
    let atMs: number | undefined
    if (this.#inFlight) atMs = this.#inFlight.deadlineMs
    else if (this.#attempt && this.#mayBegin(this.#attempt)) atMs = this.#nextMs
    if (atMs === Infinity) atMs = undefined
    if (atMs === this.#scheduledMs) return
    this.#scheduledMs = atMs
    this.#effects.push({ type: 'schedule', atMs })
  }
}

function missingOf({ attempt, acknowledged }: InFlight): string[] {
  return [...attempt.actors].filter((actor) => !acknowledged.has(actor) && !attempt.finished.has(actor))
}

/** An actor that ended meanwhile is not missing any more; its snapshot counts all the same. */
function acknowledge(flight: InFlight, actor: string): void {
  if (!flight.attempt.actors.has(actor) || flight.acknowledged.has(actor)) return
  flight.acknowledged.add(actor)
  if (!flight.attempt.finished.has(actor)) flight.missing--
}

function liveSources(attempt: Attempt): string[] {
  return [...attempt.sources].filter((source) => !attempt.finished.has(source))
}

function hasEnded(attempt: Attempt): boolean {
  return attempt.finished.size === attempt.actors.size
}

function positive(name: string, value: number): number {
  if (!(value > 0)) throw new MillraceError('MR_OPTION_INVALID', `checkpoint.${name}=${String(value)}, but it must be more than 0.`)
  return value
}
