import { MillraceError } from '../errors.ts'
import { MISFITS_PER_BATCH_MAX } from '../limits.ts'
import { resolveMode } from './code-generation.ts'
import type { CodecMode } from './code-generation.ts'
import type { AnyColumnWriter } from './column-writers.ts'
import { adaptShapes } from './edge-schema.ts'
import { FrameWriter } from './frame-writer.ts'
import { KIND } from './kind.ts'
import { observeShapes } from './learner.ts'
import type { RecordContext } from './plain-value.ts'
import { createField } from './schema.ts'
import { ShapeWriter } from './shape-writer.ts'
import { TableWriter } from './table-writer.ts'
import type { EncodableColumn } from './table-writer.ts'

export interface BatchEncoderOptions extends RecordContext {
  /** Names the edge in stacks, profiles and errors. */
  readonly name: string
  /** Default: `generated`, where the process allows generated code. */
  readonly mode?: CodecMode
}

/** One misfit in so many rows is tolerated. */
const MISFIT_RATIO = 64
const LEARN_EVERY_BATCHES_MAX = 1024
const REST = createField('', KIND.any, false, false)

/**
 * Encodes the batches of one edge. Nobody declares a schema: it is learnt from the first batch and widens when later batches hold
 * many records that do not fit; single ones are packed as they are. A frame never depends on an earlier one.
 */
export class BatchEncoder {
  readonly #name: string
  readonly #mode: CodecMode
  readonly #context: RecordContext
  readonly #frame = new FrameWriter()
  readonly #rest: ShapeWriter
  readonly #table: TableWriter
  #shapes: ShapeWriter[] = []
  /** Where the last record fitted. */
  #current = 0
  /** Rows and misfits since the schema was last looked at. */
  #rows = 0
  #misfits = 0
  /** Batches to wait before learning again, and how many after the next time if it is in vain. */
  #learnAfter = 0
  #learnPause = 1

  constructor(options: BatchEncoderOptions) {
    this.#name = options.name
    this.#mode = resolveMode(options.mode)
    this.#context = { ...(options.operator && { operator: options.operator }), ...(options.site && { site: options.site }) }
    this.#rest = new ShapeWriter({ whole: true, fields: [REST] }, this.#name, 'interpreted', this.#context)
    this.#table = new TableWriter(this.#context)
  }

  /**
   * Encodes records[from..to) as one msgpack value (payload.ts). `timestamps` has the indices of `records`, NaN for none; null
   * leaves the column out. The returned view is valid until the next call. Throws MR_RECORD_NOT_SERIALIZABLE with the path of the
   * field, MR_RECORD_TOO_LARGE.
   */
  encode(records: readonly unknown[], from: number, to: number, timestamps: Float64Array | null): Uint8Array {
    if (from < 0 || to < from || to > records.length || (timestamps !== null && to > timestamps.length)) {
      throw new MillraceError(
        'MR_OPTION_INVALID',
        `from=${from} to=${to} do not lie within records.length=${records.length} and the timestamps`,
      )
    }
    if (to > from && this.#learnAfter === 0 && this.#mustLearn()) this.#learn(records, from, to)
    if (!this.#fill(records, from, to, this.#learnAfter === 0)) {
      this.#learn(records, from, to)
      this.#fill(records, from, to, false)
    }
    this.#settle(to - from)
    return this.#frame.write(this.#shapes, this.#rest, to - from, timestamps === null ? null : timestamps.subarray(from, to))
  }

  /**
   * Encodes rows 0..count of ready columns. Int32Array and Float64Array are taken as they are; other values decide the kind of their
   * column. The returned view is valid until the next call. Throws as {@link encode} does.
   */
  encodeColumns(columns: readonly EncodableColumn[], count: number, timestamps: Float64Array | null): Uint8Array {
    return this.#table.write(columns, count, timestamps)
  }

  /** True before anything was learnt, and when batches too small to show it alone have held many misfits together. */
  #mustLearn(): boolean {
    return this.#shapes.length === 0 || (this.#misfits > MISFITS_PER_BATCH_MAX && this.#misfits * MISFIT_RATIO > this.#rows)
  }

  /**
   * Sorts the records into the columns of their shapes. False, if that may be, when so many do not fit that the schema should be
   * looked at first.
   */
  #fill(records: readonly unknown[], from: number, to: number, mayStop: boolean): boolean {
    const shapes = this.#shapes
    for (const shape of shapes) shape.begin(to - from)
    this.#rest.begin(to - from)
    const rest = this.#rest.columns[0] as AnyColumnWriter
    const frame = this.#frame
    frame.begin(to - from)
    let misfits = 0
    let i = from
    while (i < to) {
      const next = this.#takeRun(records, i, to)
      if (next > i) frame.select(i - from, next - from, this.#current)
      else {
        if (++misfits > MISFITS_PER_BATCH_MAX && mayStop) return false
        rest.put(this.#rest.rows++, records[i])
        frame.select(i - from, i - from + 1, shapes.length)
        i++
        continue
      }
      i = next
    }
    this.#misfits += misfits
    return true
  }

  /** Takes a run of records into the first shape that fits, beginning with the last one used. Returns where it ends. */
  #takeRun(records: readonly unknown[], from: number, to: number): number {
    const shapes = this.#shapes
    const last = this.#current
    if (last < shapes.length) {
      const next = shapes[last]!.take(records, from, to)
      if (next > from) return next
    }
    for (let s = 0; s < shapes.length; s++) {
      if (s === last) continue
      const next = shapes[s]!.take(records, from, to)
      if (next > from) {
        this.#current = s
        return next
      }
    }
    return from
  }

  /** Widens the schema by what the batch shows. False, and rarer attempts, if that changes nothing. */
  #learn(records: readonly unknown[], from: number, to: number): boolean {
    const before = this.#shapes
    const schemas = adaptShapes(before, observeShapes(records, from, to, this.#context))
    this.#rows = 0
    this.#misfits = 0
    const kept = schemas.map((schema) => before.find((shape) => shape.schema === schema))
    if (schemas.length === before.length && !kept.includes(undefined)) {
      this.#learnAfter = this.#learnPause
      this.#learnPause = Math.min(LEARN_EVERY_BATCHES_MAX, 2 * this.#learnPause)
      return false
    }
    this.#shapes = schemas.map((schema, s) => kept[s] ?? new ShapeWriter(schema, this.#name, this.#mode, this.#context))
    this.#current = 0
    return true
  }

  #settle(rows: number): void {
    for (const shape of this.#shapes) shape.idleBatches = shape.rows > 0 ? 0 : shape.idleBatches + 1
    if (this.#learnAfter > 0) this.#learnAfter--
    this.#rows += rows
  }
}
