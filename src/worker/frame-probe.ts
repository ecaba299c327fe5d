import type { Envelope } from '../channel/mailbox.ts'
import type { FrameHeader } from '../ring/index.ts'

/** Sees every frame on its way into a mailbox: for the simulation host, and for tests that keep what crossed. */
export interface FrameProbe {
  /** Out of a ring, of the attempt that runs; perhaps a fragment. The header is used again for the next frame. */
  framed(header: FrameHeader, payload: Uint8Array): void
  /** By reference, within a worker. */
  handed(channel: number, frame: Envelope): void
}
