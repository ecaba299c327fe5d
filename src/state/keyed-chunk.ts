import { packValues, unpackValues } from '../codec/value-packing.ts'
import { canonicalKey } from '../core/key.ts'
import type { Key } from '../core/key-hash.ts'
import { MillraceError } from '../errors.ts'
import { chunkKeysOf, keysOfChunk } from './key-groups.ts'
import type { StoredValue } from './keyed-backend.ts'
import type { KeySlots } from './key-slots.ts'
import { type Chunk, decodeChunk, encodeChunk } from './state-chunk.ts'

const KIND = 'keyed'
const NUMBERS = 'numbers'
const PLAIN = 'plain'
const TAGGED = 'tagged'

/** Where a chunk of a state belongs. */
export interface KeyedChunkPlace {
  /** Name of the state. */
  readonly name: string
  readonly signature: string
  readonly groups: number
  readonly group: number
}

/**
 * The stored values of one state and key group as a chunk: its column is `numbers`, or packed values (`plain`, or `tagged` as the codec does where msgpack
 * alone would lose something).
 *
 * @param valueOf stored form of a slot's value
 * @throws MillraceError MR_RECORD_NOT_SERIALIZABLE
 */
export function encodeKeyedChunk(
  place: KeyedChunkPlace,
  slotKeys: Pick<KeySlots, 'keyAt'>,
  slots: Int32Array,
  valueOf: (slot: number) => unknown,
): Uint8Array {
  const { keys, rows } = chunkKeysOf(slotKeys, slots)
  const { signature, groups, group } = place
  const columns = new Map([packColumn(place.name, Array.from(rows, valueOf))])
  return encodeChunk({
    kind: KIND,
    signature,
    groups,
    group,
    rows: rows.length,
    ...keys,
    dirty: new Uint8Array(rows.length),
    columns,
  })
}

function packColumn(name: string, values: readonly unknown[]): [string, Float64Array | Uint8Array] {
  if (values.every((value) => typeof value === 'number')) return [NUMBERS, Float64Array.from(values as number[])]
  const { tagged, bytes } = packValues(values, name, {})
  return [tagged ? TAGGED : PLAIN, new Uint8Array(bytes)]
}

/** A chunk, and the stored value of each of its rows. */
export interface KeyedChunk {
  readonly chunk: Chunk
  readonly values: ArrayLike<unknown>
}

/** @throws MillraceError MR_STATE_CORRUPT, MR_STATE_INCOMPATIBLE */
export function decodeKeyedChunk(bytes: Uint8Array): KeyedChunk {
  const chunk = decodeChunk(bytes)
  if (chunk.kind !== KIND)
    throw new MillraceError('MR_STATE_INCOMPATIBLE', `a chunk of state cannot be restored: it holds ${chunk.kind}, not ${KIND}`)
  const [[name, column] = ['', undefined]] = chunk.columns
  if (column instanceof Float64Array) return { chunk, values: column }
  try {
    if (!(column instanceof Uint8Array)) throw new TypeError('it has no values')
    return { chunk, values: unpackValues(Buffer.from(column), 0, column.length, chunk.rows, name === TAGGED) }
  } catch (cause) {
    throw new MillraceError('MR_STATE_CORRUPT', 'a chunk of state is damaged: its values cannot be decoded', { cause })
  }
}

/** The stored value of one key, with the signature that says what it is; undefined when the chunk has none. */
export function findInKeyedChunk(bytes: Uint8Array, key: Key): StoredValue | undefined {
  const { chunk, values } = decodeKeyedChunk(bytes)
  const wanted = canonicalKey(key)
  const row = keysOfChunk(chunk).findIndex((each) => canonicalKey(each) === wanted)
  return row === -1 ? undefined : { signature: chunk.signature, value: values[row] }
}
