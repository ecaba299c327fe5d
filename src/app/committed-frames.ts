import type { Mailbox } from '../channel/mailbox.ts'
import { OUTLET_COMMITTED_BYTES_MAX } from '../limits.ts'
import { FrameKind } from '../ring/index.ts'

interface Frame {
  readonly payload: Uint8Array
  /** The last barrier that its channel had brought. */
  readonly epoch: number
}

/** Gives the room of a frame back to the sender of its channel. */
export type Consumed = (slot: number, costBytes: number) => void

/**
 * Frames of an outlet between their arrival and their reader. A frame belongs to the checkpoint whose barrier comes next on its channel (or to
 * the next one at all, when the channel has ended): it is committed when a checkpoint with a larger id than its epoch is complete. What is not
 * committed when the job restarts comes again, and is dropped here.
 *
 * Bounded: at the bound, channels that have brought the barrier of a checkpoint in flight wait for that checkpoint; the others go on, since
 * their barrier may be behind what they bring. So the bound may be passed by what is on its way in front of a barrier, but no barrier is ever
 * held up by it.
 */
export class CommittedFrames {
  readonly #wantCheckpoint: () => void
  #ready: Frame[] = []
  #next = 0
  #pending: Frame[] = []
  /** By channel. */
  #epochs: number[] = []
  #bytes = 0
  #pendingBytes = 0
  /** The last complete checkpoint. */
  #completed = 0
  /** Barriers up to this id are not waited for: their checkpoint is complete, or failed a while ago. */
  #settled = 0
  #wanted = false

  constructor(wantCheckpoint: () => void) {
    this.#wantCheckpoint = wantCheckpoint
  }

  /** What is kept. */
  get bytes(): number {
    return this.#bytes
  }

  /** A new attempt, restored from a checkpoint. Takes what the mailbox of the last one still holds. */
  restart(mailbox: Mailbox | null, channels: number, restoredCheckpoint: number): void {
    if (mailbox !== null) this.takeAll(mailbox)
    this.completed(restoredCheckpoint)
    this.#drop()
    this.#epochs = new Array<number>(channels).fill(restoredCheckpoint)
    this.#wanted = false
  }

  /** Takes what may be taken out of a mailbox. */
  take(mailbox: Mailbox, consumed: Consumed): void {
    for (;;) {
      const full = this.#bytes >= OUTLET_COMMITTED_BYTES_MAX
      if (full && this.#next < this.#ready.length) break
      mailbox.releaseAll()
      if (full) this.#epochs.forEach((epoch, slot) => epoch > this.#settled && mailbox.hold(slot))
      if (!this.#takeOne(mailbox, consumed)) break
    }
    if (this.#wanted || 2 * this.#pendingBytes < OUTLET_COMMITTED_BYTES_MAX) return
    this.#wanted = true
    this.#wantCheckpoint()
  }

  /** Takes everything that has arrived: nothing more comes of this attempt, or very little. */
  takeAll(mailbox: Mailbox, consumed: Consumed = () => {}): void {
    mailbox.releaseAll()
    while (this.#takeOne(mailbox, consumed));
  }

  completed(checkpoint: number): void {
    if (checkpoint <= this.#completed) return
    this.#completed = checkpoint
    this.settled(checkpoint)
    const pending = this.#pending
    this.#pending = []
    this.#pendingBytes = 0
    for (const frame of pending) this.#put(frame)
  }

  /** Nobody waits for this checkpoint any more. */
  settled(checkpoint: number): void {
    this.#settled = Math.max(this.#settled, checkpoint)
    this.#wanted = false
  }

  /** The next committed frame, with `immediate` any frame that was taken, or null. */
  shift(immediate: boolean): Uint8Array | null {
    if (immediate && this.#next === this.#ready.length) {
      this.#ready = this.#pending
      this.#next = 0
      this.#pending = []
      this.#pendingBytes = 0
    }
    if (this.#next === this.#ready.length) return null
    const { payload } = this.#ready[this.#next]!
    this.#ready[this.#next++] = undefined as never
    this.#bytes -= payload.length
    if (this.#next === this.#ready.length || this.#next > 1024) {
      this.#ready.splice(0, this.#next)
      this.#next = 0
    }
    return payload
  }

  /** The next frame straight from the mailbox, for a reader that does not wait for checkpoints. */
  pass(mailbox: Mailbox, consumed: Consumed): Uint8Array | null {
    for (let frame = mailbox.take(); frame !== null; frame = mailbox.take()) {
      if (frame.kind === FrameKind.barrier) this.#epochs[mailbox.lastChannel] = frame.value
      if (frame.kind !== FrameKind.batch) continue
      consumed(mailbox.lastChannel, frame.costBytes)
      return frame.payload!
    }
    return null
  }

  #takeOne(mailbox: Mailbox, consumed: Consumed): boolean {
    const frame = mailbox.take()
    if (frame === null) return false
    const slot = mailbox.lastChannel
    if (frame.kind === FrameKind.barrier) this.#epochs[slot] = frame.value
    if (frame.kind !== FrameKind.batch) return true
    this.#bytes += frame.payload!.length
    this.#put({ payload: frame.payload!, epoch: this.#epochs[slot]! })
    consumed(slot, frame.costBytes)
    return true
  }

  #put(frame: Frame): void {
    if (frame.epoch < this.#completed) this.#ready.push(frame)
    else {
      this.#pending.push(frame)
      this.#pendingBytes += frame.payload.length
    }
  }

  #drop(): void {
    this.#bytes -= this.#pendingBytes
    this.#pending = []
    this.#pendingBytes = 0
  }
}
