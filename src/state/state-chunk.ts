import { Packr } from 'msgpackr'
import { crc32 } from 'node:zlib'
import { PayloadReader } from '../codec/payload-reader.ts'
import { PayloadWriter } from '../codec/payload-writer.ts'
import { KEY_HASH_VERSION } from '../core/key-hash.ts'
import { MillraceError } from '../errors.ts'
import { ChunkTexts, type StoredText } from './chunk-texts.ts'

/**
 * A chunk: the state of one key group of one table, as one msgpack value that tells what it is:
 * `['millrace-state', format version, crc32 of the body, body]`. Its 27 bytes up to the body have fixed places, so that they are checked
 * before anything is decoded:
 *
 *     0: 0x94 (array of 4)  1: 0xae 'millrace-state'  16: version  17: 0xce crc32 (big-endian)  22: 0xc6 length (big-endian)  27: body
 *
 * The body is an array (see `writeBody`).
 */
export const CHUNK_FORMAT_VERSION = 1

const MAGIC = 'millrace-state'
const VERSION_AT = 2 + MAGIC.length
const BODY_AT = VERSION_AT + 11
const BODY_PARTS = 11

/** What a chunk holds. */
export interface Chunk {
  /** `aggregates` or `values`. */
  readonly kind: string
  /** Says what the columns mean; chunks of another signature are incompatible. */
  readonly signature: string
  /** Key groups of the job that wrote it, and which of them this is. */
  readonly groups: number
  readonly group: number
  /** Number of rows: rows with int32 keys first, then strings, then others. */
  readonly rows: number
  readonly intKeys: Int32Array
  /** Strings. */
  readonly stringKeys: readonly StoredText[]
  /** All other keys, in canonical text. */
  readonly otherKeys: readonly StoredText[]
  /** By row: 1 where the row had changed since the last drain. */
  readonly dirty: Uint8Array
  /** By name: numbers, or packed values. */
  readonly columns: ReadonlyMap<string, Float64Array | Uint8Array>
}

export type ChunkHead = Pick<Chunk, 'groups' | 'group' | 'rows'>

/** A chunk that was read: its text keys are bytes until they are wanted. */
export interface DecodedChunk extends Omit<Chunk, 'stringKeys'> {
  readonly textKeys: ChunkTexts
}

const packr = new Packr({ useRecords: true, moreTypes: true, useBigIntExtension: true, copyBuffers: true })

const bytesOf = (array: Int32Array | Float64Array | Uint8Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

const corrupt = (what: string, cause?: unknown): MillraceError =>
  new MillraceError('MR_STATE_CORRUPT', `a chunk of state is damaged: ${what}`, { cause })
const incompatible = (what: string): MillraceError =>
  new MillraceError('MR_STATE_INCOMPATIBLE', `a chunk of state cannot be restored: ${what}`)

/**
 * The parts of a chunk are known, so they are written one by one: the general encoder, a large function, would be compiled again for every kind of value that it meets.
 * Used again from chunk to chunk.
 */
const body = new PayloadWriter()

const writeTexts = (texts: Chunk['stringKeys']): void => {
  if (texts.length === 0) body.array(0)
  else body.raw(packr.pack(texts))
}

const writeBytes = (array: Int32Array | Float64Array | Uint8Array): void => body.bin(bytesOf(array), array.byteLength)

const writeBody = ({ kind, signature, groups, group, rows, intKeys, stringKeys, otherKeys, dirty, columns }: Chunk): void => {
  body.reset()
  body.array(BODY_PARTS)
  body.name(kind)
  body.name(signature)
  for (const number of [KEY_HASH_VERSION, groups, group, rows]) body.uint(number)
  writeBytes(intKeys)
  writeTexts(stringKeys)
  writeTexts(otherKeys)
  writeBytes(dirty)
  body.array(3 * columns.size)
  for (const [name, data] of columns) {
    body.name(name)
    body.boolean(data instanceof Float64Array)
    writeBytes(data)
  }
}

/** @throws MR_RECORD_TOO_LARGE beyond BATCH_BYTES_MAX */
export const encodeChunk = (chunk: Chunk): Uint8Array => {
  writeBody(chunk)
  const written = body.bytes()
  const bytes = new Uint8Array(BODY_AT + written.length)
  const view = new DataView(bytes.buffer)
  bytes[0] = 0x94
  bytes[1] = 0xa0 | MAGIC.length
  for (let i = 0; i < MAGIC.length; i++) bytes[2 + i] = MAGIC.charCodeAt(i)
  bytes[VERSION_AT] = CHUNK_FORMAT_VERSION
  bytes[VERSION_AT + 1] = 0xce
  view.setUint32(VERSION_AT + 2, crc32(written))
  bytes[VERSION_AT + 6] = 0xc6
  view.setUint32(VERSION_AT + 7, written.length)
  bytes.set(written, BODY_AT)
  return bytes
}

const hasMagic = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x94 && bytes[1] === (0xa0 | MAGIC.length) && String.fromCharCode(...bytes.subarray(2, VERSION_AT)) === MAGIC

/** Whether bytes begin as a chunk does. */
export const isStateChunk = (bytes: Uint8Array): boolean => bytes.length >= BODY_AT && hasMagic(bytes)

const bodyOf = (bytes: Uint8Array): Uint8Array => {
  if (bytes.length < BODY_AT) throw corrupt(`it ends after ${bytes.length} bytes`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!hasMagic(bytes) || bytes[VERSION_AT + 1] !== 0xce || bytes[VERSION_AT + 6] !== 0xc6) throw corrupt('its head is not that of a chunk')
  const body = bytes.subarray(BODY_AT)
  if (view.getUint32(VERSION_AT + 7) !== body.length)
    throw corrupt(`its body has ${body.length} bytes instead of ${view.getUint32(VERSION_AT + 7)}`)
  if (view.getUint32(VERSION_AT + 2) !== crc32(body)) throw corrupt('its checksum does not match')
  const version = bytes[VERSION_AT]
  if (version !== CHUNK_FORMAT_VERSION) throw incompatible(`its format version is ${version}; this version reads ${CHUNK_FORMAT_VERSION}`)
  return body
}

/** Numbers out of bytes at any alignment. */
const numbersOf = <A extends Int32Array | Float64Array>(array: A, bytes: Uint8Array): A => {
  if (bytes.byteLength !== array.byteLength) throw corrupt('a column has a wrong length')
  bytesOf(array).set(bytes)
  return array
}

const bytesIn = (reader: PayloadReader): Uint8Array => {
  const { start, length } = reader.bin()
  const { buffer, byteOffset } = reader.payload
  return new Uint8Array(buffer, byteOffset + start, length)
}

const readColumns = (reader: PayloadReader, rows: number): Map<string, Float64Array | Uint8Array> => {
  const columns = new Map<string, Float64Array | Uint8Array>()
  for (let parts = reader.array(); parts > 0; parts -= 3) {
    const name = reader.name() ?? ''
    const isNumbers = reader.boolean()
    const data = bytesIn(reader)
    columns.set(name, isNumbers ? numbersOf(new Float64Array(rows), data) : data)
  }
  return columns
}

const readBody = (body: Uint8Array): DecodedChunk => {
  const reader = new PayloadReader(body)
  if (reader.array() !== BODY_PARTS) throw corrupt('its body has not as many parts as it should')
  const [kind, signature] = [reader.name() ?? '', reader.name() ?? '']
  const hashVersion = reader.uint()
  if (hashVersion !== KEY_HASH_VERSION) throw incompatible(`its key hash version is ${hashVersion}; this version uses ${KEY_HASH_VERSION}`)
  const [groups, group, rows] = [reader.uint(), reader.uint(), reader.uint()]
  const ints = bytesIn(reader)
  const intKeys = numbersOf(new Int32Array(ints.length >> 2), ints)
  const textKeys = new ChunkTexts(reader, packr)
  const otherKeys = new ChunkTexts(reader, packr).all()
  const dirty = bytesIn(reader)
  if (intKeys.length + textKeys.length + otherKeys.length !== rows || dirty.length !== rows) throw corrupt('its columns differ in length')
  return { kind, signature, groups, group, rows, intKeys, textKeys, otherKeys, dirty, columns: readColumns(reader, rows) }
}

type OldBody = [string, string, number, number, number, number, Uint8Array, StoredText[], StoredText[], Uint8Array, unknown[]]

/** The same array as msgpackr wrote it as a whole, which has its own form of bytes: chunks of release 0.1.0. */
const readOldBody = (body: Uint8Array): DecodedChunk => {
  const [kind, signature, hashVersion, groups, group, rows, ints, stringKeys, otherKeys, dirty, flat] = packr.unpack(body) as OldBody
  if (hashVersion !== KEY_HASH_VERSION) throw incompatible(`its key hash version is ${hashVersion}; this version uses ${KEY_HASH_VERSION}`)
  const columns = new Map<string, Float64Array | Uint8Array>()
  for (let i = 0; i < flat.length; i += 3) {
    const data = flat[i + 2] as Uint8Array
    columns.set(flat[i] as string, flat[i + 1] ? numbersOf(new Float64Array(rows), data) : data)
  }
  const intKeys = numbersOf(new Int32Array(ints.length >> 2), ints)
  if (intKeys.length + stringKeys.length + otherKeys.length !== rows || dirty.length !== rows) throw corrupt('its columns differ in length')
  const textKeys = new ChunkTexts(new PayloadReader(Uint8Array.from(packr.pack(stringKeys))), packr)
  return { kind, signature, groups, group, rows, intKeys, textKeys, otherKeys, dirty, columns }
}

const isUnreadable = (error: unknown): boolean => error instanceof MillraceError && error.code === 'MR_FRAME_CORRUPT'

/**
 * Reads a chunk. What it gives may be views of the bytes.
 * @throws MR_STATE_CORRUPT for bytes that are not a whole chunk
 * @throws MR_STATE_INCOMPATIBLE for another format or key hash version
 */
export const decodeChunk = (bytes: Uint8Array): DecodedChunk => {
  const body = bodyOf(bytes)
  try {
    return readBody(body)
  } catch (error) {
    if (!isUnreadable(error)) throw error instanceof MillraceError ? error : corrupt('its body cannot be decoded', error)
  }
  try {
    return readOldBody(body)
  } catch (error) {
    throw error instanceof MillraceError && !isUnreadable(error) ? error : corrupt('its body cannot be decoded', error)
  }
}

/** What the head of a chunk says, which may be damaged: a guess of what is to come. */
export const headOf = (bytes: Uint8Array): ChunkHead => {
  try {
    const reader = new PayloadReader(bytes.subarray(BODY_AT))
    reader.array()
    for (let names = 2; names > 0; names--) reader.name()
    reader.uint()
    const [groups, group] = [reader.uint(), reader.uint()]
    return { groups, group, rows: Math.min(reader.uint(), bytes.length) }
  } catch {
    return { groups: 1, group: 0, rows: 0 }
  }
}

/** @throws MR_STATE_INCOMPATIBLE unless the chunk is of this kind and signature */
export const requireSignature = (chunk: Pick<Chunk, 'kind' | 'signature'>, kind: string, signature: string): void => {
  if (chunk.kind !== kind) throw incompatible(`it holds ${chunk.kind}, not ${kind}`)
  if (chunk.signature !== signature) throw incompatible(`it was written for ${chunk.signature}, this job has ${signature}`)
}
