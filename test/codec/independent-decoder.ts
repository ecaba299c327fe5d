/**
 * Reads frames by the layout that src/codec/payload.ts and src/codec/value-tags.ts document, with nothing of src/codec:
 * @msgpack/msgpack reads the value, this file interprets it. Plain and slow on purpose.
 */
import { ExtensionCodec, decode } from '@msgpack/msgpack'

interface Elements {
  readonly type: number
  readonly bytes: Uint8Array
}

type Marks = Uint8Array | null

const extensionCodec = new ExtensionCodec()
extensionCodec.register({
  type: 0x41,
  encode: () => null,
  decode: (data): Elements => ({ type: data[0]!, bytes: Uint8Array.from(data.subarray(2 + data[1]!)) }),
})

/** The records of a frame's payload and their timestamps (null if it has none). */
export function decodeFrameIndependently(payload: Uint8Array): { records: unknown[]; timestamps: number[] | null } {
  const frame = decode(payload, { extensionCodec }) as unknown[]
  const [version, shapes, rows, timestamps, selector, ...columns] = frame as [
    number,
    unknown[][],
    number,
    Elements | null,
    Uint8Array | null,
    ...unknown[][],
  ]
  if (version !== 1) throw new Error(`version ${version}`)
  const byShape: unknown[][] = []
  let next = 0
  shapes.forEach((shape, s) => {
    const count = selector === null ? rows : selector.filter((index) => index === s).length
    const own = columns.slice(next, (next += shape.length / 2))
    byShape.push(recordsOfShape(shape, own, count))
  })
  const taken = byShape.map(() => 0)
  const records = Array.from({ length: rows }, (_, i) => {
    const s = selector === null ? 0 : selector[i]!
    return byShape[s]![taken[s]!++]
  })
  return { records, timestamps: timestamps === null ? null : (numbers(timestamps) as number[]) }
}

function recordsOfShape(shape: readonly unknown[], columns: readonly unknown[][], count: number): unknown[] {
  const whole = shape.length === 2 && shape[0] === null
  const values = columns.map((column, c) => columnValues(shape[2 * c + 1] as number, column, count))
  return Array.from({ length: count }, (_, row) => {
    if (whole) return values[0]![row]!.value
    const record = {}
    columns.forEach((_, c) => {
      const cell = values[c]![row]!
      if (cell.present) define(record, nameOf(shape[2 * c]), cell.value)
    })
    return record
  })
}

function nameOf(name: unknown): string {
  return typeof name === 'string' ? name : Buffer.from(name as Uint8Array).toString('utf16le')
}

function define(record: object, name: string, value: unknown): void {
  Object.defineProperty(record, name, { value, writable: true, enumerable: true, configurable: true })
}

function columnValues(code: number, column: readonly unknown[], count: number): { present: boolean; value: unknown }[] {
  const marks = column[0] as Marks
  const data = columnData(code & 15, column.slice(1), count)
  return Array.from({ length: count }, (_, row) => {
    const mark = marks === null ? 0 : (marks[Math.floor(row / 4)]! >> (2 * (row % 4))) & 3
    return { present: mark !== 1, value: mark === 0 ? data[row] : mark === 2 ? null : undefined }
  })
}

function columnData(kind: number, data: readonly unknown[], count: number): unknown[] {
  switch (kind) {
    case 0:
      return []
    case 1:
      return Array.from({ length: count }, (_, row) => (((data[0] as Uint8Array)[Math.floor(row / 8)]! >> (row % 8)) & 1) === 1)
    case 2:
    case 3:
    case 6:
      return numbers(data[0] as Elements)
    case 4:
      return strings(data)
    case 5:
      return (numbers(data[0] as Elements) as number[]).map((milliseconds) => new Date(milliseconds))
    case 7:
      return data[0] === true ? (data[2] as unknown[]).map(untag) : (data[2] as unknown[])
    default:
      throw new Error(`kind ${kind}`)
  }
}

function numbers({ type, bytes }: Elements): (number | bigint)[] {
  const view = new DataView(bytes.buffer)
  const readers: Record<number, [number, (at: number) => number | bigint]> = {
    1: [1, (at) => view.getUint8(at)],
    4: [2, (at) => view.getUint16(at, true)],
    5: [4, (at) => view.getInt32(at, true)],
    6: [4, (at) => view.getUint32(at, true)],
    8: [8, (at) => view.getFloat64(at, true)],
    9: [8, (at) => view.getBigInt64(at, true)],
  }
  const [width, read] = readers[type]!
  return Array.from({ length: bytes.length / width }, (_, i) => read(i * width))
}

function strings([codes, lengths, unit, blob]: readonly unknown[]): string[] {
  const bytes = Buffer.from(blob as Uint8Array)
  let at = 0
  const entries = (numbers(lengths as Elements) as number[]).map((length) => {
    const size = length * (unit as number)
    return bytes.toString(unit === 1 ? 'latin1' : 'utf16le', at, (at += size))
  })
  return codes === null ? entries : (numbers(codes as Elements) as number[]).map((code) => entries[code]!)
}

function untag(value: unknown): unknown {
  if (!Array.isArray(value)) return value
  const [tag, ...rest] = value as [number, ...unknown[]]
  switch (tag) {
    case 1:
      return untagArray(rest)
    case 2: {
      const record = {}
      for (let i = 0; i < rest.length; i += 2) define(record, untag(rest[i]) as string, untag(rest[i + 1]))
      return record
    }
    case 3:
      return new Map(Array.from({ length: rest.length / 2 }, (_, i) => [untag(rest[2 * i]), untag(rest[2 * i + 1])]))
    case 4:
      return new Set(rest.map(untag))
    case 5:
      return new Date(rest[0] as number)
    case 6:
      return BigInt(rest[0] as string)
    case 7:
      return undefined
    case 8:
      return -0
    case 9:
      return Buffer.from(rest[0] as Uint8Array).toString('utf16le')
    case 10:
      return binary(rest[0] as number, rest[1] as Uint8Array)
    default:
      throw new Error(`tag ${tag}`)
  }
}

function untagArray(items: readonly unknown[]): unknown[] {
  const array: unknown[] = new Array(items.length)
  items.forEach((item, i) => {
    if (!(Array.isArray(item) && item[0] === 11)) array[i] = untag(item)
  })
  return array
}

function binary(code: number, bytes: Uint8Array): unknown {
  const buffer = Uint8Array.from(bytes).buffer
  if (code === 16) return buffer
  if (code === 17) return new DataView(buffer)
  if (code === 18) return Buffer.from(buffer)
  const names = [
    'Int8',
    'Uint8',
    'Uint8Clamped',
    'Int16',
    'Uint16',
    'Int32',
    'Uint32',
    'Float32',
    'Float64',
    'BigInt64',
    'BigUint64',
    'Float16',
  ]
  const constructors = globalThis as unknown as Record<string, new (buffer: ArrayBuffer) => ArrayBufferView>
  return new constructors[`${names[code]}Array`]!(buffer)
}

/** The schema table of a frame's payload. */
export function shapesOfFrame(payload: Uint8Array): (string | number | null)[][] {
  return (decode(payload, { extensionCodec }) as [number, (string | number | null)[][]])[1]
}
