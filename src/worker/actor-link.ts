import type { ActorEvents, SealedChunk } from '../actor/actor-parts.ts'
import type { Mailbox } from '../channel/mailbox.ts'
import type { SnapshotTiming } from '../core/checkpoint-measures.ts'
import type { Doorbell } from '../ring/index.ts'
import { sealState } from './chunk-key.ts'
import { InFlight } from './in-flight.ts'
import type { Inbound } from './inbound.ts'
import type { WiringRequest } from './wire-worker.ts'

/** The way from an actor to its worker. */
export class ActorLink implements ActorEvents {
  readonly #actor: number
  readonly #mailbox: Mailbox
  readonly #inbounds: readonly Inbound[]
  readonly #request: WiringRequest
  readonly #bell: (thread: number) => Doorbell
  readonly seal = sealState
  /** Made with the first batch: most of ten thousand actors are idle. */
  #inFlight: InFlight | null = null

  /** @param inbounds by channel */
  constructor(actor: number, mailbox: Mailbox, inbounds: readonly Inbound[], request: WiringRequest, bell: (thread: number) => Doorbell) {
    this.#actor = actor
    this.#mailbox = mailbox
    this.#inbounds = inbounds
    this.#request = request
    this.#bell = bell
  }

  /** Who waits for credit on another thread is woken. */
  consumed(channel: number, costBytes: number): void {
    const inbound = this.#inbounds[channel]!
    inbound.consumed(costBytes)
    const { options, host } = this.#request
    if (options.mailboxDrainMs !== Infinity) {
      this.#inFlight ??= new InFlight(this.#mailbox, this.#inbounds, host.clock, options.mailboxDrainMs)
      this.#inFlight.consumed(channel, costBytes)
    }
    if (inbound.fromThread !== this.#request.index) this.#bell(inbound.fromThread).ring()
  }

  snapshotPart(checkpointId: number, chunks: readonly SealedChunk[]): void {
    this.#request.snapshotPart(this.#actor, checkpointId, chunks)
  }

  snapshotTaken(checkpointId: number, chunks: readonly SealedChunk[], timing: SnapshotTiming): void {
    this.#request.snapshotTaken(this.#actor, checkpointId, chunks, timing)
  }
}
