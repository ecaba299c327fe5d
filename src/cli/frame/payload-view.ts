import { BatchDecoder, KIND } from '../../codec/index.ts'
import { MillraceError } from '../../errors.ts'
import { type MsgpackNode, msgpackTree } from './msgpack-tree.ts'

export interface ViewedColumn {
  /** Null: the record itself. */
  readonly name: string | null
  readonly kind: string
  readonly nullable: boolean
  readonly absentable: boolean
  /** Encoded bytes. */
  readonly bytes: number
  /** One per record of the shape; absent fields left out. */
  readonly values: readonly unknown[]
}

export interface ViewedShape {
  readonly records: number
  readonly columns: readonly ViewedColumn[]
}

/** The payload of a batch, taken apart: as msgpack, as columns, as records. See src/codec/payload.ts for the layout. */
export interface PayloadView {
  readonly tree: MsgpackNode
  readonly shapes: readonly ViewedShape[]
  readonly records: readonly unknown[]
  readonly timestamps: readonly number[] | null
}

/** @throws MillraceError MR_FRAME_CORRUPT */
export function viewPayload(payload: Uint8Array): PayloadView {
  const tree = msgpackTree(payload)
  const batch = new BatchDecoder({ name: 'frame', mode: 'interpreted' }).decode(Uint8Array.from(payload))
  const records = batch.records()
  const [, table, , , selector, ...columns] = tree.items
  if (table === undefined || selector === undefined) throw new MillraceError('MR_FRAME_CORRUPT', 'The payload is not that of a batch')
  let next = 0
  const shapes = table.items.map((shape, s) => {
    const own = columns.slice(next, (next += shape.items.length / 2))
    const rows = selector.type === 'nil' ? records : records.filter((_, row) => (selector.value as Uint8Array)[row] === s)
    return { records: rows.length, columns: own.map((column, c) => viewColumn(shape.items[2 * c]!, shape.items[2 * c + 1]!, column, rows)) }
  })
  return { tree, shapes, records, timestamps: batch.timestamps === null ? null : [...batch.timestamps] }
}

const CODE_KIND_MASK = 15
const CODE_NULLABLE = 16
const CODE_ABSENTABLE = 32

function viewColumn(name: MsgpackNode, code: MsgpackNode, column: MsgpackNode, rows: readonly unknown[]): ViewedColumn {
  const bits = code.value as number
  const kind = Object.entries(KIND).find(([, number]) => number === (bits & CODE_KIND_MASK))![0]
  const field = name.type === 'nil' ? null : name.type === 'str' ? (name.value as string) : (name.value as Buffer).toString('utf16le')
  const values =
    field === null ? rows : rows.flatMap((row) => (Object.hasOwn(row as object, field) ? [(row as Record<string, unknown>)[field]] : []))
  return {
    name: field,
    kind,
    nullable: (bits & CODE_NULLABLE) !== 0,
    absentable: (bits & CODE_ABSENTABLE) !== 0,
    bytes: column.bytes,
    values,
  }
}
