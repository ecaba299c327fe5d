import { pack, unpack } from 'msgpackr'
import type { ActorChunk } from '../actor/actor-parts.ts'
import { sealChunk } from '../checkpoint/chunk.ts'
import type { Chunk } from '../checkpoint/manifest.ts'
import { chunkKey } from './chunk-place.ts'
import { hasHoles, isKept, isKeptName, msgpackrPacker } from '../state/value-packer.ts'

/** Of msgpack's `bin 32`. */
const BIN_TOKEN = 0xc6
const BIN_HEADER_BYTES = 5

/** @throws MillraceError MR_CHECKPOINT_FAILED if it is too large */
export function sealState(chunk: ActorChunk): Chunk {
  const { operator, value } = chunk
  const key = chunkKey(operator, chunk)
  const since = 'since' in chunk ? chunk.since : undefined
  return sealChunk(key, value === undefined && since !== undefined ? new Uint8Array(0) : encodeChunk(value), since)
}

/** Stands in front of a value that msgpack alone would change: records are in it, under way in an operator, and may have anything. */
const TAGGED = 'millrace-tagged'

/** Values become one msgpack value. The bytes are the caller's own. */
export function encodeChunk(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array) || Buffer.isBuffer(value))
    return new Uint8Array(pack(isOdd(value) ? [TAGGED, msgpackrPacker.pack([value])] : value))
  const bytes = new Uint8Array(BIN_HEADER_BYTES + value.byteLength)
  bytes[0] = BIN_TOKEN
  viewOf(bytes).setUint32(1, value.byteLength)
  bytes.set(value, BIN_HEADER_BYTES)
  return bytes
}

/** What is bytes may be a view of those given. */
export function decodeChunk(bytes: Uint8Array): unknown {
  if (bytes[0] === BIN_TOKEN && bytes.length >= BIN_HEADER_BYTES && bytes.length - BIN_HEADER_BYTES === viewOf(bytes).getUint32(1))
    return bytes.subarray(BIN_HEADER_BYTES)
  const value: unknown = unpack(bytes)
  if (Array.isArray(value) && value[0] === TAGGED) return msgpackrPacker.unpack(value[1] as Uint8Array)[0]
  return Buffer.isBuffer(value) ? new Uint8Array(value) : value
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView => new DataView(buffer, byteOffset, byteLength)

/** Whether there is something in a value that msgpack changes. Bytes are no such thing: most chunks hold some that are encoded already. */
function isOdd(value: unknown): boolean {
  if (typeof value === 'bigint') return true
  if (typeof value !== 'object' || value === null) return !isKept(value)
  if (value instanceof Uint8Array) return false
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof Map || value instanceof Set || value instanceof Date)
    return true
  if (Array.isArray(value)) return hasHoles(value) || value.some(isOdd)
  return Object.entries(value).some(([name, part]) => !isKeptName(name) || isOdd(part))
}
