import { pack, unpack } from 'msgpackr'
import type { ActorChunk } from '../actor/actor-parts.ts'
import { sealChunk } from '../checkpoint/chunk.ts'
import type { Chunk } from '../checkpoint/manifest.ts'
import { MillraceError } from '../errors.ts'

/** Of msgpack's `bin 32`. */
const BIN_HEADER_BYTES = 5

/** `operator/scope/id`: names a chunk within a checkpoint, whoever wrote it, so that state finds its operator at another parallelism. */
export function chunkKey(operator: string, { scope, id }: Pick<ActorChunk, 'scope' | 'id'>): string {
  return `${operator}/${scope}/${id}`
}

/** What a chunk's key says. */
export interface ChunkPlace {
  readonly operator: string
  readonly scope: ActorChunk['scope']
  readonly id: number
}

export function parseChunkKey(key: string): ChunkPlace {
  const match = /^(.*)\/(group|split|instance|all|time|splitTime)\/(\d+)$/s.exec(key)
  if (match === null)
    throw new MillraceError('MR_STATE_CORRUPT', `A checkpoint holds a chunk named ${JSON.stringify(key)}, which is no state of an operator`)
  return { operator: match[1]!, scope: match[2] as ChunkPlace['scope'], id: Number(match[3]) }
}

/** @throws MillraceError MR_CHECKPOINT_FAILED if it is too large */
export function sealState(chunk: ActorChunk): Chunk {
  const { operator, value } = chunk
  const key = chunkKey(operator, chunk)
  const since = 'since' in chunk ? chunk.since : undefined
  if (since === undefined) return sealChunk(key, encodeChunk(value))
  return { ...sealChunk(key, value === undefined ? new Uint8Array(0) : encodeChunk(value)), since }
}

/** Values become one msgpack value. The bytes are the caller's own. */
export function encodeChunk(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array) || Buffer.isBuffer(value)) return new Uint8Array(pack(value))
  const bytes = new Uint8Array(BIN_HEADER_BYTES + value.byteLength)
  bytes[0] = 0xc6
  new DataView(bytes.buffer).setUint32(1, value.byteLength)
  bytes.set(value, BIN_HEADER_BYTES)
  return bytes
}

export function decodeChunk(bytes: Uint8Array): unknown {
  const value: unknown = unpack(bytes)
  return Buffer.isBuffer(value) ? new Uint8Array(value) : value
}
