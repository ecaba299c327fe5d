import type { Column } from '../actor/contract.ts'
import { BATCH_RECORDS_MAX, LOCAL_RECORD_COST_BYTES } from '../limits.ts'
import { approximateBytes } from '../codec/approximate-size.ts'
import { FrameKind } from '../ring/index.ts'
import { LocalColumnBatch, RecordBatch } from './batches.ts'
import { type ChannelSender, FRAME_COST_BYTES, type KeptFrame, controlFrame } from './channel-sender.ts'
import type { CreditTable } from './credit.ts'
import type { Envelope } from './mailbox.ts'

/** What a frame counts against credit is settled when it is made. */
interface LocalFrame extends KeptFrame {
  readonly costBytes: number
}

/** A channel whose ends are on one worker: batches go by reference, under the same credit. */
export class LocalSender implements ChannelSender {
  batchRecordsMax: number
  readonly #channel: number
  readonly #credits: CreditTable
  readonly #deliver: (frame: Envelope) => void
  readonly #check: (record: unknown) => void
  readonly #checksAll: boolean
  readonly #costMax: number
  readonly #kept: LocalFrame[] = []
  #sent = 0

  /**
   * @param check throws when a record could not cross threads: the number of workers must not change what a job may do
   * @param checksAll every record, as an encoder would, or one of each batch, to save time
   */
  constructor(
    channel: number,
    credits: CreditTable,
    exclusiveBytes: number,
    deliver: (frame: Envelope) => void,
    check: (record: unknown) => void,
    checksAll: boolean,
  ) {
    this.#channel = channel
    this.#credits = credits
    this.#deliver = deliver
    this.#check = check
    this.#checksAll = checksAll
    this.#costMax = Math.max(1, exclusiveBytes >> 1)
    this.batchRecordsMax = this.#recordsMax(LOCAL_RECORD_COST_BYTES)
  }

  get availableBytes(): number {
    return this.#kept.length > 0 ? 0 : this.#credits.available(this.#channel, this.#sent)
  }

  sendRecords(records: unknown[], count: number, timestamps: Float64Array | null): void {
    if (count === 0) return
    const checked = this.#checksAll ? count : 1
    for (let row = 0; row < checked; row++) this.#check(records[row])
    const batch = new RecordBatch(records.slice(0, count), timestamps === null ? null : timestamps.slice(0, count))
    const recordBytes = this.#sample(records, count)
    // The next batch learns from this one.
    this.batchRecordsMax = this.#recordsMax(recordBytes)
    this.#send({ kind: FrameKind.batch, batch, payload: null, records: count, value: 0, costBytes: cost(count, recordBytes) })
  }

  sendColumns(columns: readonly Column[], count: number): void {
    const copies = columns.map(({ name, values }) => ({ name, values: values.slice(0, count) }))
    const costBytes = cost(count, LOCAL_RECORD_COST_BYTES)
    this.#send({ kind: FrameKind.batch, batch: new LocalColumnBatch(copies, count), payload: null, records: count, value: 0, costBytes })
  }

  sendControl(kind: FrameKind, value: number): void {
    this.#send({ ...controlFrame(kind, value), costBytes: 0 })
  }

  flush(): boolean {
    let sent = 0
    while (sent < this.#kept.length && this.#fits(this.#kept[sent]!)) this.#hand(this.#kept[sent++]!)
    if (sent > 0) this.#kept.splice(0, sent)
    return this.#kept.length === 0
  }

  #send(frame: LocalFrame): void {
    if (this.#kept.length === 0 && this.#fits(frame)) this.#hand(frame)
    else this.#kept.push(frame)
  }

  #fits(frame: LocalFrame): boolean {
    return frame.batch === null || this.#costNow(frame) <= this.#credits.available(this.#channel, this.#sent)
  }

  /** A batch that is larger than half of the allowance counts as that: it would never fit otherwise. What may be in flight may have become less since it was made. */
  #costNow({ costBytes }: LocalFrame): number {
    return Math.min(costBytes, this.#frameCostMax)
  }

  get #frameCostMax(): number {
    return Math.min(this.#costMax, this.#credits.frameBytesMax(this.#channel))
  }

  #hand(frame: LocalFrame): void {
    const { kind, batch, value } = frame
    const costBytes = this.#costNow(frame)
    this.#sent = (this.#sent + costBytes) | 0
    this.#deliver({ kind, batch, payload: null, value, costBytes })
  }

  /** Three records of a batch stand for the others; no record counts less than an empty one. */
  #sample(records: readonly unknown[], count: number): number {
    const largest = Math.max(approximateBytes(records[0]), approximateBytes(records[count >> 1]), approximateBytes(records[count - 1]))
    return Math.max(LOCAL_RECORD_COST_BYTES, largest)
  }

  #recordsMax(recordBytes: number): number {
    return Math.max(1, Math.min(BATCH_RECORDS_MAX, Math.floor(this.#frameCostMax / recordBytes)))
  }
}

function cost(records: number, recordBytes: number): number {
  return FRAME_COST_BYTES + records * recordBytes
}
