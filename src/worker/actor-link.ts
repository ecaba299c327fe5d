import type { ActorEvents, SealedChunk } from '../actor/actor-parts.ts'
import type { SnapshotTiming } from '../core/checkpoint-measures.ts'
import type { Doorbell } from '../ring/index.ts'
import { sealState } from './chunk-key.ts'
import type { Inbound } from './inbound.ts'
import type { WiringRequest } from './wire-worker.ts'

/** The way from an actor to its worker. */
export class ActorLink implements ActorEvents {
  readonly #actor: number
  readonly #inbounds: readonly Inbound[]
  readonly #request: WiringRequest
  readonly #bell: (thread: number) => Doorbell
  readonly seal = sealState

  /** @param inbounds by channel */
  constructor(actor: number, inbounds: readonly Inbound[], request: WiringRequest, bell: (thread: number) => Doorbell) {
    this.#actor = actor
    this.#inbounds = inbounds
    this.#request = request
    this.#bell = bell
  }

  /** Who waits for credit on another thread is woken. */
  consumed(channel: number, costBytes: number): void {
    const inbound = this.#inbounds[channel]!
    inbound.consumed(costBytes)
    if (inbound.fromThread !== this.#request.index) this.#bell(inbound.fromThread).ring()
  }

  snapshotPart(checkpointId: number, chunks: readonly SealedChunk[]): void {
    this.#request.snapshotPart(this.#actor, checkpointId, chunks)
  }

  snapshotTaken(checkpointId: number, chunks: readonly SealedChunk[], timing: SnapshotTiming): void {
    this.#request.snapshotTaken(this.#actor, checkpointId, chunks, timing)
  }
}
