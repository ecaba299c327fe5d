/** What a frame is. All kinds but `batch` are control frames: they may use the ring's reserve, so that data never shuts them out. */
export const FrameKind = { batch: 1, watermark: 2, idle: 3, active: 4, barrier: 5, latency: 6, end: 7, credit: 8 } as const
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind]

/** More fragments of the same payload follow. */
export const FLAG_MORE = 1
/** The payload continues that of the frame before, of the same channel. */
export const FLAG_CONTINUED = 2

/**
 * The header of one frame. A mutable object: the producer copies it into the ring, the consumer fills one instance anew for every frame,
 * so a handler that wants to keep fields copies them.
 */
export class FrameHeader {
  kind: FrameKind = FrameKind.batch
  /** Bits 0 to 7; {@link FLAG_MORE} and {@link FLAG_CONTINUED} are taken. */
  flags = 0
  /** An int32, as are `attempt`, `sequence` and `records`. */
  channel = 0
  attempt = 0
  sequence = 0
  records = 0
  /** Any float64: the time of a watermark, the id of a barrier, ... */
  value = 0
  /** Bytes of the payload. Set by the consumer; the producer takes it from the arguments of `offer()`. */
  length = 0
}
