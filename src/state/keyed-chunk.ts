import { BatchDecoder, BatchEncoder } from '../codec/index.ts'
import { packValues, unpackValues } from '../codec/value-packing.ts'
import { canonicalKey } from '../core/key.ts'
import type { Key } from '../core/key-hash.ts'
import { MillraceError } from '../errors.ts'
import { chunkKeysOf, keysOfChunk } from './key-groups.ts'
import type { StoredValue } from './keyed-backend.ts'
import type { KeySlots } from './key-slots.ts'
import { type DecodedChunk, decodeChunk, encodeChunk } from './state-chunk.ts'

const KIND = 'keyed'
const NUMBERS = 'numbers'
const RECORDS = 'records'
const PLAIN = 'plain'
const TAGGED = 'tagged'

/** Where a chunk of a state belongs. */
export interface KeyedChunkPlace {
  readonly groups: number
  readonly group: number
}

/**
 * Writes the stored values of one state as chunks, one a key group. The column of a chunk is `numbers`; or `records`, encoded as a batch of them is; or packed
 * values (`plain`, or `tagged` as the codec does where msgpack alone would lose something).
 */
export class KeyedChunkWriter {
  readonly #name: string
  readonly #signature: string
  readonly #encoder: BatchEncoder

  constructor(name: string, signature: string) {
    this.#name = name
    this.#signature = signature
    this.#encoder = new BatchEncoder({ name: `state/${name}` })
  }

  /**
   * @param valueOf stored form of a slot's value
   * @throws MillraceError MR_RECORD_NOT_SERIALIZABLE
   */
  write(
    { groups, group }: KeyedChunkPlace,
    slotKeys: Pick<KeySlots, 'keyAt'>,
    slots: Int32Array,
    valueOf: (slot: number) => unknown,
  ): Uint8Array {
    const { keys, rows } = chunkKeysOf(slotKeys, slots)
    const values: unknown[] = []
    for (let row = 0; row < rows.length; row++) values.push(valueOf(rows[row]!))
    const head = { kind: KIND, signature: this.#signature, groups, group, rows: rows.length }
    return encodeChunk({ ...head, ...keys, dirty: new Uint8Array(rows.length), columns: new Map([this.#column(values)]) })
  }

  #column(values: readonly unknown[]): [string, Float64Array | Uint8Array] {
    if (values.every((value) => typeof value === 'number')) return [NUMBERS, Float64Array.from(values as number[])]
    if (values.every(isRecord)) return [RECORDS, this.#encoder.encode(values, 0, values.length, null)]
    const { tagged, bytes } = packValues(values, this.#name, {})
    // msgpackr packs the chunk into the same memory next.
    return [tagged ? TAGGED : PLAIN, new Uint8Array(bytes)]
  }
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

/** A chunk, and the stored value of each of its rows. */
export interface KeyedChunk {
  readonly chunk: DecodedChunk
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
    // Copies lie as the readers want them.
    if (name === RECORDS) return { chunk, values: rowsOf(column.slice(), chunk.rows) }
    return { chunk, values: unpackValues(Buffer.from(column), 0, column.length, chunk.rows, name === TAGGED) }
  } catch (cause) {
    throw new MillraceError('MR_STATE_CORRUPT', 'a chunk of state is damaged: its values cannot be decoded', { cause })
  }
}

function rowsOf(payload: Uint8Array, rows: number): unknown[] {
  const batch = new BatchDecoder({ name: 'state', mode: 'interpreted' }).decode(payload)
  if (batch.length !== rows) throw new TypeError(`it has ${batch.length} values for ${rows} keys`)
  return batch.records()
}

/** The stored value of one key, with the signature that says what it is; undefined when the chunk has none. */
export function findInKeyedChunk(bytes: Uint8Array, key: Key): StoredValue | undefined {
  const { chunk, values } = decodeKeyedChunk(bytes)
  const wanted = canonicalKey(key)
  const row = keysOfChunk(chunk).findIndex((each) => canonicalKey(each) === wanted)
  return row === -1 ? undefined : { signature: chunk.signature, value: values[row] }
}
