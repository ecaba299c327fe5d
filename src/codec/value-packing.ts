import { Packr, RESET_BUFFER_MODE } from 'msgpackr'
import { MillraceError } from '../errors.ts'
import { corrupt } from './payload-reader.ts'
import { inspectValue } from './plain-value.ts'
import type { RecordContext } from './plain-value.ts'
import { PlainWriter } from './plain-writer.ts'
import { BYTES_ARRAY_BUFFER, BYTES_BUFFER, BYTES_CLASSES, VALUE_TAG, bytesCodeOf } from './value-tags.ts'
import { ValueReader } from './value-reader.ts'
import { isWellFormed } from './well-formed.ts'

const packr = new Packr({ useRecords: false, variableMapSize: true, useToJSON: false } as object)
const plainWriter = new PlainWriter()
const reader = new ValueReader()

/** `bytes` is valid until the next values are packed on this thread, here or by msgpackr. */
export interface PackedValues {
  readonly tagged: boolean
  readonly bytes: Uint8Array
}

/**
 * Packs the first `count` values as one msgpack array, plain where msgpackr keeps them all, tagged otherwise (value-tags.ts).
 * Throws MR_RECORD_NOT_SERIALIZABLE with `field` as the start of the path.
 */
export function packValues(values: readonly unknown[], field: string, context: RecordContext): PackedValues {
  const plainly = plainWriter.write(values)
  if (plainly !== null) return { tagged: false, bytes: plainly }
  let plain = true
  for (let i = 0; i < values.length; i++) {
    if (!inspectValue(values[i], field, context)) plain = false
  }
  const bytes = packr.pack(plain ? values : values.map(tag), RESET_BUFFER_MODE)
  return { tagged: !plain, bytes }
}

/** Reverses {@link packValues} for payload[start..end). Throws MR_FRAME_CORRUPT unless that is an array of `count` values. */
export function unpackValues(payload: Buffer, start: number, end: number, count: number, tagged: boolean): unknown[] {
  const values = reader.read(payload, start, end)
  if (!Array.isArray(values) || values.length !== count) corrupt(`a column of packed values does not hold ${count} of them`)
  if (!tagged) return values
  try {
    return values.map(untag)
  } catch (error) {
    throw new MillraceError('MR_FRAME_CORRUPT', 'frame payload: a packed value is damaged', { cause: error })
  }
}

function tag(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return isWellFormed(value) ? value : [VALUE_TAG.utf16, Buffer.from(value, 'utf16le')]
    case 'number':
      return value === 0 && 1 / value < 0 ? [VALUE_TAG.negativeZero] : value
    case 'undefined':
      return [VALUE_TAG.undefined]
    case 'bigint':
      return [VALUE_TAG.bigint, value.toString()]
    case 'object':
      return value === null ? null : tagObject(value)
    default:
      return value
  }
}

function tagObject(value: object): unknown[] {
  if (Array.isArray(value)) return tagArray(value)
  if (value instanceof Map) {
    const out: unknown[] = [VALUE_TAG.map]
    for (const [key, item] of value) out.push(tag(key), tag(item))
    return out
  }
  if (value instanceof Set) return [VALUE_TAG.set, ...Array.from(value, tag)]
  if (value instanceof Date) return [VALUE_TAG.date, value.getTime()]
  const code = bytesCodeOf(value)
  if (code >= 0) return [VALUE_TAG.bytes, code, bytesOf(value as ArrayBuffer | ArrayBufferView)]
  const out: unknown[] = [VALUE_TAG.object]
  for (const key of Object.keys(value)) out.push(tag(key), tag((value as Record<string, unknown>)[key]))
  return out
}

function tagArray(value: readonly unknown[]): unknown[] {
  const out: unknown[] = [VALUE_TAG.array]
  for (let i = 0; i < value.length; i++) out.push(i in value ? tag(value[i]) : [VALUE_TAG.hole])
  return out
}

function bytesOf(value: ArrayBuffer | ArrayBufferView): Buffer {
  return value instanceof ArrayBuffer ? Buffer.from(value) : Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}

function untag(value: unknown): unknown {
  if (!Array.isArray(value)) return value
  const items = value as unknown[]
  switch (items[0]) {
    case VALUE_TAG.array:
      return untagArray(items)
    case VALUE_TAG.object:
      return untagFields(items)
    case VALUE_TAG.map:
      return untagMap(items)
    case VALUE_TAG.set:
      return new Set(items.slice(1).map(untag))
    case VALUE_TAG.date:
      return new Date(Number(items[1]))
    case VALUE_TAG.bigint:
      return BigInt(String(items[1]))
    case VALUE_TAG.undefined:
      return undefined
    case VALUE_TAG.negativeZero:
      return -0
    case VALUE_TAG.utf16:
      return Buffer.from(items[1] as Uint8Array).toString('utf16le')
    case VALUE_TAG.bytes:
      return untagBytes(items[1], items[2] as Uint8Array)
    default:
      throw new TypeError(`unknown tag ${String(items[0])}`)
  }
}

function untagArray(items: readonly unknown[]): unknown[] {
  const out: unknown[] = []
  for (let i = 1; i < items.length; i++) {
    const item = items[i]
    if (Array.isArray(item) && item[0] === VALUE_TAG.hole) out.length = i
    else out[i - 1] = untag(item)
  }
  return out
}

function untagFields(items: readonly unknown[]): object {
  const out: Record<string, unknown> = {}
  for (let i = 1; i + 1 < items.length; i += 2) setField(out, String(untag(items[i])), untag(items[i + 1]))
  return out
}

function untagMap(items: readonly unknown[]): Map<unknown, unknown> {
  const out = new Map<unknown, unknown>()
  for (let i = 1; i + 1 < items.length; i += 2) out.set(untag(items[i]), untag(items[i + 1]))
  return out
}

function untagBytes(code: unknown, bytes: Uint8Array): unknown {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('binary value expected')
  const copy = bytes.buffer as ArrayBuffer
  if (code === BYTES_ARRAY_BUFFER) return copy
  if (code === BYTES_BUFFER) return Buffer.from(copy)
  for (const [known, BytesClass] of BYTES_CLASSES) if (known === code) return new BytesClass(copy)
  throw new TypeError(`unknown binary type ${String(code)}`)
}

/** Sets an own field, `__proto__` too. */
export function setField(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true })
  else target[name] = value
}
