import { pack, unpack } from 'msgpackr'
import type { StateChunk } from '../actor/contract.ts'
import { MillraceError } from '../errors.ts'

/** `operator/scope/id`: names a chunk within a checkpoint, whoever wrote it, so that state finds its operator at another parallelism. */
export function chunkKey(operator: string, { scope, id }: Pick<StateChunk, 'scope' | 'id'>): string {
  return `${operator}/${scope}/${id}`
}

export function parseChunkKey(key: string): { readonly operator: string; readonly scope: StateChunk['scope']; readonly id: number } {
  const match = /^(.*)\/(group|split|instance)\/(\d+)$/s.exec(key)
  if (match === null)
    throw new MillraceError('MR_STATE_CORRUPT', `A checkpoint holds a chunk named ${JSON.stringify(key)}, which is no state of an operator`)
  return { operator: match[1]!, scope: match[2] as StateChunk['scope'], id: Number(match[3]) }
}

/** Values become one msgpack value. The bytes are the caller's own. */
export function encodeChunk(value: unknown): Uint8Array {
  return new Uint8Array(pack(value))
}

export function decodeChunk(bytes: Uint8Array): unknown {
  const value: unknown = unpack(bytes)
  return Buffer.isBuffer(value) ? new Uint8Array(value) : value
}
