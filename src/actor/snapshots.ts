import type { Clock } from '../core/clock.ts'
import type { ActorEvents, CheckpointEnd, SealedChunk } from './actor-parts.ts'
import type { ActorTime } from './actor-time.ts'
import type { Operators } from './operators.ts'
import { SNAPSHOT_PART_BYTES_MIN } from '../limits.ts'

interface EncodedChunk {
  readonly sealed: SealedChunk
  readonly isGroup: boolean
}

/** A snapshot that is not told of yet. */
interface Pending {
  /** 0 for the last one. */
  readonly checkpointId: number
  /** What is still to be encoded; null when all is. */
  rest: Iterator<EncodedChunk | null> | null
  readonly chunks: SealedChunk[]
  /** Chunks of key groups, which may be many: they leave bit by bit. */
  groups: SealedChunk[]
  groupBytes: number
  /** Its barrier, and what precedes it, is on its way. */
  isOut: boolean
  readonly alignmentMs: number
  readonly beganMs: number
  encodeMs: number
  takenAtMs: number
}

/**
 * Takes the snapshots of one actor: what is small at the barrier, large state between batches. Hands over large ones in parts, and tells of each when all is encoded and
 * what precedes its barrier is on its way.
 */
export class Snapshots {
  readonly #operators: Operators
  readonly #time: ActorTime
  readonly #events: ActorEvents
  /** Name of the first operator of the chain. */
  readonly #headName: string
  readonly #clock: Clock
  #pending: Pending | null = null
  /** That of the end. */
  #last: Pending | null = null

  constructor(
    operators: Operators,
    time: ActorTime,
    events: ActorEvents,
    { headName, clock }: { readonly headName: string; readonly clock: Clock },
  ) {
    this.#operators = operators
    this.#time = time
    this.#events = events
    this.#headName = headName
    this.#clock = clock
  }

  /** The last one, a part with each call: null until all of it is encoded. One that is under way comes first. */
  takeLast(): readonly SealedChunk[] | null {
    if (this.#pending !== null && this.#pending.rest !== null) return null
    if (this.#last === null) this.#last = this.#begin(0, 0)
    else this.#encode(this.#last)
    return this.#last.rest === null ? [...this.#last.chunks, ...this.#last.groups] : null
  }

  /** Takes the one of a checkpoint. One that is under way belongs to a checkpoint that has failed. */
  begin(checkpointId: number, alignmentMs: number): void {
    this.#pending = this.#begin(checkpointId, alignmentMs)
    this.goOn()
  }

  /** Encodes a part of what is still to be. False when that is nothing. */
  goOn(): boolean {
    const due = this.#pending
    if (due === null || due.rest === null) return false
    this.#encode(due)
    this.#tell(due)
    return true
  }

  /** Frames that wait in an outbox end with the actor, so the checkpoint may not count on them: it is told when all are on their way. */
  report(): void {
    if (this.#pending === null) return
    this.#pending.isOut = true
    this.#tell(this.#pending)
  }

  /** @returns what operators do about it in promises */
  checkpointEnded(checkpointId: number, end: CheckpointEnd): Promise<unknown>[] {
    if (this.#pending?.checkpointId === checkpointId) this.#pending = null
    return this.#operators.checkpointEnded(checkpointId, end)
  }

  #begin(checkpointId: number, alignmentMs: number): Pending {
    const beganMs = this.#clock.monotonicMs()
    const rest = this.#operators.snapshot(checkpointId, (chunk) => ({ sealed: this.#events.seal(chunk), isGroup: chunk.scope === 'group' }))
    const measures = { alignmentMs, beganMs, encodeMs: 0, takenAtMs: 0 }
    const due: Pending = { checkpointId, rest, chunks: [], groups: [], groupBytes: 0, isOut: false, ...measures }
    this.#encode(due)
    due.chunks.push(...this.#time.snapshot().map((chunk) => this.#events.seal({ operator: this.#headName, ...chunk })))
    return due
  }

  /** Up to the next good place for a pause. */
  #encode(due: Pending): void {
    for (let step = due.rest!.next(); ; step = due.rest!.next()) {
      if (step.done === true) break
      if (step.value === null) return this.#handOver(due)
      const { sealed, isGroup } = step.value
      if (isGroup) due.groupBytes += sealed.bytes.byteLength
      ;(isGroup ? due.groups : due.chunks).push(sealed)
    }
    due.rest = null
    due.encodeMs = this.#clock.monotonicMs() - due.beganMs
    due.takenAtMs = this.#clock.nowMs()
  }

  /** All at once would be a pause of its own. */
  #handOver(due: Pending): void {
    if (due.checkpointId === 0 || due.groupBytes < SNAPSHOT_PART_BYTES_MIN) return
    this.#events.snapshotPart(due.checkpointId, due.groups)
    due.groups = []
    due.groupBytes = 0
  }

  #tell(due: Pending): void {
    if (!due.isOut || due.rest !== null) return
    this.#pending = null
    const { checkpointId, chunks, groups, alignmentMs, encodeMs, takenAtMs } = due
    this.#events.snapshotTaken(checkpointId, [...chunks, ...groups], { alignmentMs, encodeMs, takenAtMs })
  }
}
