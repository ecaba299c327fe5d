import { type Doorbell, RingProducer } from '../ring/index.ts'

/** The way to one other thread: its ring and its doorbell, shared by all channels that lead there. */
export class PeerRing {
  readonly producer: RingProducer
  /** Set when frames were written since the bell was last rung: one ring of the bell serves many frames. */
  dirty = false
  readonly #bell: Doorbell

  constructor(ring: SharedArrayBuffer, bell: Doorbell) {
    this.producer = new RingProducer(ring)
    this.#bell = bell
  }

  announce(): void {
    if (!this.dirty) return
    this.dirty = false
    this.#bell.ring()
  }
}
