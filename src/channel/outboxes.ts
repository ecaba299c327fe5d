import type { FrameKind } from '../ring/index.ts'
import type { Outbox } from './outbox.ts'

/** All outgoing edges of an actor. */
export class Outboxes {
  readonly #all: readonly Outbox[]

  constructor(all: readonly Outbox[]) {
    this.#all = all
  }

  /** Records that went out, by edge. */
  get outputs(): readonly number[] {
    return this.#all.map((outbox) => outbox.recordsOut)
  }

  get holdsBack(): boolean {
    return this.#all.some((outbox) => outbox.holdsBack)
  }

  flushBatches(): void {
    for (const outbox of this.#all) outbox.flushBatches()
  }

  /** False while something still waits. */
  flushKept(): boolean {
    let clear = true
    for (const outbox of this.#all) clear = outbox.flushKept() && clear
    return clear
  }

  broadcast(kind: FrameKind, value: number): void {
    for (const outbox of this.#all) outbox.broadcast(kind, value)
  }
}
