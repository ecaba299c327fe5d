import { DECODER_SHAPES_MAX } from '../limits.ts'
import { resolveMode } from './code-generation.ts'
import type { CodecMode } from './code-generation.ts'
import { ColumnReader } from './column-reader.ts'
import { FrameBatch } from './decoded-batch.ts'
import type { DecodedBatch, KnownShape, ShapeRows } from './decoded-batch.ts'
import { DictionaryMemory } from './dictionary-memory.ts'
import { KIND } from './kind.ts'
import type { Kind } from './kind.ts'
import { CODE_ABSENTABLE, CODE_KIND_MASK, CODE_NULLABLE, PAYLOAD_HEADER_ELEMENTS, PAYLOAD_VERSION, ARRAY_TYPE } from './payload.ts'
import { PayloadReader, corrupt } from './payload-reader.ts'
import type { ArrayAt } from './payload-reader.ts'
import { createRecordReader } from './record-reader.ts'
import { oneRun, runsOf } from './runs.ts'
import { createField } from './schema.ts'
import type { FieldSchema } from './schema.ts'

export interface BatchDecoderOptions {
  /** Names the edge in stacks and profiles. */
  readonly name: string
  /** Default: `generated`, where the process allows generated code. */
  readonly mode?: CodecMode
}

interface KnownTable {
  /** The bytes of the schema table. */
  readonly bytes: Buffer
  readonly shapes: readonly KnownShape[]
}

/** Decodes frames, in any order. It remembers code for the shapes that it saw, nothing else. */
export class BatchDecoder {
  readonly #name: string
  readonly #mode: CodecMode
  /** The last one used first. */
  readonly #tables: KnownTable[] = []
  readonly #shapes = new Map<string, KnownShape>()

  constructor(options: BatchDecoderOptions) {
    this.#name = options.name
    this.#mode = resolveMode(options.mode)
  }

  /**
   * Opens a payload; columns are decoded when first used. `payload` must stay unchanged as long as the batch is used, and is read
   * without copies if it lies on an 8-byte boundary. Throws MR_FRAME_CORRUPT, here or when a damaged column is used.
   */
  decode(payload: Uint8Array): DecodedBatch {
    return this.open(payload)
  }

  /** @internal As `decode`. */
  open(payload: Uint8Array): FrameBatch {
    const reader = new PayloadReader(payload)
    const elements = reader.array()
    const version = reader.uint()
    if (version !== PAYLOAD_VERSION) corrupt(`has version ${version}, this decoder reads ${PAYLOAD_VERSION}`)
    const shapes = this.#readTable(reader)
    const length = reader.uint()
    const timestampsAt = readTimestamps(reader, length)
    const selector = readSelector(reader, length, shapes)
    if (selector === null && shapes.length !== 1 && length > 0) corrupt('has no selector')
    const columns = shapes.reduce((sum, shape) => sum + shape.schema.fields.length, 0)
    if (elements !== PAYLOAD_HEADER_ELEMENTS + columns) corrupt(`has ${elements} elements for ${columns} columns`)
    const runs = selector === null ? oneRun(length) : runsOf(selector, shapes.length)
    const parts = shapes.map((shape, s) => readShapeRows(reader, shape, runs.rows[s]!))
    if (reader.position !== reader.payload.length) corrupt('has bytes behind its end')
    return new FrameBatch(length, reader.payload, timestampsAt, parts, runs)
  }

  /** The schema table; one that was seen lately is recognised by its bytes. */
  #readTable(reader: PayloadReader): readonly KnownShape[] {
    const { payload, position } = reader
    for (let t = 0; t < this.#tables.length; t++) {
      const table = this.#tables[t]!
      const end = position + table.bytes.length
      if (end > payload.length || payload.compare(table.bytes, 0, table.bytes.length, position, end) !== 0) continue
      reader.position = end
      this.#tables[t] = this.#tables[0]!
      this.#tables[0] = table
      return table.shapes
    }
    const count = reader.array()
    if (count > 256) corrupt(`has ${count} shapes`)
    const shapes: KnownShape[] = []
    for (let s = 0; s < count; s++) shapes.push(this.#readShape(reader))
    const bytes = Buffer.from(payload.subarray(position, reader.position))
    this.#tables.unshift({ bytes, shapes })
    if (this.#tables.length > DECODER_SHAPES_MAX) this.#tables.pop()
    return shapes
  }

  #readShape(reader: PayloadReader): KnownShape {
    const start = reader.position
    const fields = readFields(reader)
    const key = reader.payload.toString('latin1', start, reader.position)
    const known = this.#shapes.get(key)
    if (known !== undefined) return known
    if (this.#shapes.size === DECODER_SHAPES_MAX) this.#shapes.clear()
    const schema = {
      whole: fields.length === 1 && fields[0]!.name === null,
      fields: fields.map(({ name, schema }) => ({ ...schema, name: name ?? '' })),
    }
    const shape: KnownShape = {
      schema,
      columnOf: new Map(schema.fields.map((field, c) => [field.name, c])),
      read: createRecordReader(this.#name, schema, this.#mode),
      memories: schema.fields.map(() => new DictionaryMemory()),
    }
    if (shape.columnOf.size !== schema.fields.length) corrupt('has a shape with two fields of one name')
    this.#shapes.set(key, shape)
    return shape
  }
}

function readFields(reader: PayloadReader): { name: string | null; schema: FieldSchema }[] {
  const elements = reader.array()
  if (elements % 2 !== 0 || elements > reader.payload.length) corrupt('has a damaged shape')
  const fields: { name: string | null; schema: FieldSchema }[] = []
  for (let i = 0; i < elements; i += 2) {
    const name = reader.name()
    const code = reader.uint()
    const kind = code & CODE_KIND_MASK
    if (kind > KIND.any || code > 63) corrupt(`has a column of unknown code ${code}`)
    if (name === null && elements !== 2) corrupt('has a field without a name')
    fields.push({ name, schema: createField(name ?? '', kind as Kind, (code & CODE_NULLABLE) !== 0, (code & CODE_ABSENTABLE) !== 0) })
  }
  return fields
}

function readTimestamps(reader: PayloadReader, length: number): ArrayAt | null {
  if (reader.nil()) return null
  const at = reader.typedArray()
  if (at.type !== ARRAY_TYPE.float64 || at.length !== length) corrupt('timestamps do not match the rows')
  return at
}

function readSelector(reader: PayloadReader, length: number, shapes: readonly KnownShape[]): Uint8Array | null {
  if (!reader.nil()) {
    const at = reader.bin()
    if (at.length !== length) corrupt('selector does not match the rows')
    return reader.payload.subarray(at.start, at.start + at.length)
  }
  if (length > 0 && shapes.some((shape) => shape.schema.fields.length === 0)) corrupt('has records without fields and no selector')
  return null
}

function readShapeRows(reader: PayloadReader, shape: KnownShape, rows: number): ShapeRows {
  return { shape, rows, columns: shape.schema.fields.map((field, c) => new ColumnReader(reader, field, rows, shape.memories[c]!)) }
}
