import type { Column, ColumnBatch } from '../actor/contract.ts'
import { BATCH_RECORDS_MAX, LOCAL_RECORD_COST_BYTES } from '../limits.ts'
import { FrameKind } from '../ring/index.ts'
import { LocalColumnBatch, RecordBatch } from './batches.ts'
import { type ChannelSender, FRAME_COST_BYTES, type KeptFrame, controlFrame } from './channel-sender.ts'
import type { CreditTable } from './credit.ts'
import type { Envelope } from './mailbox.ts'

/** A channel whose ends are on one worker: batches go by reference, under the same credit. */
export class LocalSender implements ChannelSender {
  readonly batchRecordsMax: number
  readonly #channel: number
  readonly #credits: CreditTable
  readonly #deliver: (frame: Envelope) => void
  readonly #check: (record: unknown) => void
  readonly #checksAll: boolean
  readonly #costMax: number
  readonly #kept: KeptFrame[] = []
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
    this.batchRecordsMax = Math.max(1, Math.min(BATCH_RECORDS_MAX, Math.floor(this.#costMax / LOCAL_RECORD_COST_BYTES)))
  }

  get availableBytes(): number {
    return this.#kept.length > 0 ? 0 : this.#credits.available(this.#channel, this.#sent)
  }

  sendRecords(records: unknown[], count: number, timestamps: Float64Array | null): void {
    if (count === 0) return
    const checked = this.#checksAll ? count : 1
    for (let row = 0; row < checked; row++) this.#check(records[row])
    const batch = new RecordBatch(records.slice(0, count), timestamps === null ? null : timestamps.slice(0, count))
    this.#send({ kind: FrameKind.batch, batch, payload: null, records: count, value: 0 })
  }

  sendColumns(columns: readonly Column[], count: number): void {
    const copies = columns.map(({ name, values }) => ({ name, values: values.slice(0, count) }))
    this.#send({ kind: FrameKind.batch, batch: new LocalColumnBatch(copies, count), payload: null, records: count, value: 0 })
  }

  sendControl(kind: FrameKind, value: number): void {
    this.#send(controlFrame(kind, value))
  }

  flush(): boolean {
    let sent = 0
    while (sent < this.#kept.length && this.#fits(this.#kept[sent]!)) this.#hand(this.#kept[sent++]!)
    if (sent > 0) this.#kept.splice(0, sent)
    return this.#kept.length === 0
  }

  #send(frame: KeptFrame): void {
    if (this.#kept.length === 0 && this.#fits(frame)) this.#hand(frame)
    else this.#kept.push(frame)
  }

  #fits(frame: KeptFrame): boolean {
    return frame.batch === null || this.#cost(frame.batch) <= this.#credits.available(this.#channel, this.#sent)
  }

  #hand(frame: KeptFrame): void {
    const costBytes = frame.batch === null ? 0 : this.#cost(frame.batch)
    this.#sent = (this.#sent + costBytes) | 0
    this.#deliver({ kind: frame.kind, batch: frame.batch, payload: null, value: frame.value, costBytes })
  }

  /** An estimate: nobody knows what an object costs. */
  #cost(batch: ColumnBatch): number {
    return Math.min(this.#costMax, FRAME_COST_BYTES + batch.length * LOCAL_RECORD_COST_BYTES)
  }
}
