import type { FrameKind } from '../ring/index.ts'
import type { Outbox } from './outbox.ts'

/** How much went out, by outbox: the records of each channel, and those that were made. */
export type OutboxesMark = readonly { readonly sent: Float64Array; readonly made: number }[]

/** Is told when partly filled batches leave. */
export interface SendLog {
  begin(kind: 'send'): void
  done(kind: 'send'): void
}

/** All outgoing edges of an actor. */
export class Outboxes {
  readonly #all: readonly Outbox[]
  readonly #log: SendLog | null

  constructor(all: readonly Outbox[], log: SendLog | null = null) {
    this.#all = all
    this.#log = log
  }

  /** Records that went out, by edge. */
  get outputs(): readonly number[] {
    return this.#all.map((outbox) => outbox.recordsOut)
  }

  get holdsBack(): boolean {
    return this.#all.some((outbox) => outbox.holdsBack)
  }

  /** Records that were made, those that wait for company included. */
  get made(): number {
    return this.#all.reduce((sum, outbox) => sum + outbox.made, 0)
  }

  get batchesSent(): number {
    return this.#all.reduce((sum, outbox) => sum + outbox.batchesSent, 0)
  }

  /** More is out of some channel than has come again: other records than these were made. */
  get owe(): boolean {
    return this.#all.some((outbox) => outbox.owes)
  }

  get isBroken(): boolean {
    return this.#all.some((outbox) => outbox.isBroken)
  }

  mark(): OutboxesMark {
    return this.#all.map(({ sent, made }) => ({ sent: sent.slice(), made }))
  }

  /** What was made since then comes again. */
  beginReplay(mark: OutboxesMark): void {
    this.#all.forEach((outbox, at) => outbox.beginReplay(mark[at]!.sent, mark[at]!.made))
  }

  endReplay(): void {
    for (const outbox of this.#all) outbox.endReplay()
  }

  watermark(watermark: number): void {
    for (const outbox of this.#all) outbox.watermark(watermark)
  }

  flushBatches(): void {
    this.#log?.begin('send')
    for (const outbox of this.#all) outbox.flushBatches()
    this.#log?.done('send')
  }

  /** False while something still waits. */
  flushKept(): boolean {
    let clear = true
    for (const outbox of this.#all) clear = outbox.flushKept() && clear
    return clear
  }

  broadcast(kind: FrameKind, value: number): void {
    this.flushBatches()
    for (const outbox of this.#all) outbox.broadcast(kind, value)
  }
}
