import type { Column, ColumnBatch } from '../actor/contract.ts'
import type { FrameKind } from '../ring/index.ts'

/** Bytes that a frame counts besides its payload. */
export const FRAME_COST_BYTES = 32

/**
 * The sending end of one channel. What cannot be sent yet is kept in order; an actor whose outputs keep something does not run, so what is
 * kept stays as small as what one batch of input can make.
 */
export interface ChannelSender {
  /** May be called while something is kept. Takes ownership of nothing: records are encoded or copied before it returns. */
  sendRecords(records: unknown[], count: number, timestamps: Float64Array | null): void
  sendColumns(columns: readonly Column[], count: number): void
  sendControl(kind: FrameKind, value: number): void
  /** Tries to send what is kept. True when nothing is left. */
  flush(): boolean
  /** Bytes that the receiver would take now. */
  readonly availableBytes: number
  /** Records that one batch should hold, after what the last ones cost. */
  readonly batchRecordsMax: number
}

/** Frames that wait for credit or room, in order. */
export interface KeptFrame {
  readonly kind: FrameKind
  readonly batch: ColumnBatch | null
  readonly payload: Uint8Array | null
  readonly records: number
  readonly value: number
}

export function controlFrame(kind: FrameKind, value: number): KeptFrame {
  return { kind, batch: null, payload: null, records: 0, value }
}
