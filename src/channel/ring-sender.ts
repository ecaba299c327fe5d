import type { Column } from '../actor/contract.ts'
import type { BatchEncoder } from '../codec/index.ts'
import type { MillraceError } from '../errors.ts'
import { BATCH_BYTES_TARGET, BATCH_RECORDS_MAX } from '../limits.ts'
import { FLAG_CONTINUED, FLAG_MORE, FrameHeader, FrameKind } from '../ring/index.ts'
import { type ChannelSender, FRAME_COST_BYTES, type KeptFrame, controlFrame } from './channel-sender.ts'
import type { CreditTable } from './credit.ts'
import type { PeerRing } from './peer-ring.ts'

/** A channel to another thread: batches are encoded into frames of the ring that leads there. */
export class RingSender implements ChannelSender {
  batchRecordsMax: number
  readonly #channel: number
  readonly #attempt: number
  readonly #credits: CreditTable
  readonly #ring: PeerRing
  readonly #encoder: BatchEncoder
  readonly #fragmentBytesMax: number
  readonly #header = new FrameHeader()
  readonly #kept: KeptFrame[] = []
  /** Bytes of the first kept frame's payload that are in the ring already. */
  #written = 0
  #sent = 0
  #sequence = 0

  constructor(channel: number, attempt: number, credits: CreditTable, exclusiveBytes: number, ring: PeerRing, encoder: BatchEncoder) {
    this.#channel = channel
    this.#attempt = attempt
    this.#credits = credits
    this.#ring = ring
    this.#encoder = encoder
    // Half of the allowance, so that the next fragment can be written while the last one is processed.
    this.#fragmentBytesMax = Math.max(1, Math.min((exclusiveBytes >> 1) - FRAME_COST_BYTES, ring.producer.maxPayloadBytes))
    this.batchRecordsMax = BATCH_RECORDS_MAX
  }

  get availableBytes(): number {
    return this.#kept.length > 0 ? 0 : this.#credits.available(this.#channel, this.#sent)
  }

  sendRecords(records: unknown[], count: number, timestamps: Float64Array | null): void {
    if (count > 0) this.#sendRange(records, 0, count, timestamps)
  }

  /** Batches learn from the last one how many records they should hold; those that became larger all at once are halved. */
  #sendRange(records: unknown[], from: number, to: number, timestamps: Float64Array | null): void {
    let payload: Uint8Array
    try {
      payload = this.#encoder.encode(records, from, to, timestamps)
    } catch (error) {
      if (to - from === 1 || (error as MillraceError).code !== 'MR_RECORD_TOO_LARGE') throw error
      const middle = (from + to) >> 1
      this.#sendRange(records, from, middle, timestamps)
      this.#sendRange(records, middle, to, timestamps)
      return
    }
    this.#adapt(payload.length, to - from)
    this.sendEncoded(payload, to - from)
  }

  sendColumns(columns: readonly Column[], count: number): void {
    this.sendEncoded(this.#encoder.encodeColumns(columns, count, null), count)
  }

  sendControl(kind: FrameKind, value: number): void {
    const frame = controlFrame(kind, value)
    if (this.#kept.length > 0 || !this.#write(frame)) this.#kept.push(frame)
  }

  flush(): boolean {
    let done = 0
    while (done < this.#kept.length && this.#write(this.#kept[done]!)) done++
    if (done > 0) this.#kept.splice(0, done)
    return this.#kept.length === 0
  }

  /** A batch that is encoded already. */
  sendEncoded(payload: Uint8Array, records: number): void {
    const frame = { kind: FrameKind.batch, batch: null, payload, records, value: 0 }
    // The encoder reuses its buffer, so what has to wait is copied (not by slice(): of a Buffer that is a view).
    if (this.#kept.length > 0 || !this.#write(frame)) this.#kept.push({ ...frame, payload: new Uint8Array(payload) })
  }

  /** Writes a frame, or goes on with it after `#written` bytes. False when credit or room ran out. */
  #write({ kind, payload, records, value }: KeptFrame): boolean {
    const header = this.#header
    header.kind = kind
    header.channel = this.#channel
    header.attempt = this.#attempt
    header.sequence = this.#sequence
    header.records = records
    header.value = value
    const end = payload === null ? 0 : payload.length
    const fragmentBytes = this.#fragmentBytes
    do {
      const to = Math.min(this.#written + fragmentBytes, end)
      header.flags = (this.#written > 0 ? FLAG_CONTINUED : 0) | (to < end ? FLAG_MORE : 0)
      if (payload !== null && !this.#hasCredit(to - this.#written)) return false
      if (!this.#ring.producer.offer(header, payload, this.#written, to)) return false
      this.#ring.dirty = true
      if (payload !== null) this.#sent = (this.#sent + to - this.#written + FRAME_COST_BYTES) | 0
      this.#written = to
    } while (this.#written < end)
    this.#written = 0
    this.#sequence = (this.#sequence + 1) | 0
    return true
  }

  #hasCredit(bytes: number): boolean {
    return bytes + FRAME_COST_BYTES <= this.#credits.available(this.#channel, this.#sent)
  }

  get #fragmentBytes(): number {
    return Math.max(1, Math.min(this.#fragmentBytesMax, this.#credits.frameBytesMax(this.#channel) - FRAME_COST_BYTES))
  }

  #adapt(bytes: number, records: number): void {
    const targetBytes = Math.min(BATCH_BYTES_TARGET, this.#fragmentBytes)
    this.batchRecordsMax = Math.max(1, Math.min(BATCH_RECORDS_MAX, Math.floor((targetBytes * records) / bytes)))
  }
}
