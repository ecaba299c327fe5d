import { MillraceError } from '../errors.ts'
import { ARRAY_EXTENSION, ARRAY_TYPE, ARRAY_TYPE_BYTES } from './payload.ts'

export function corrupt(what: string): never {
  throw new MillraceError('MR_FRAME_CORRUPT', `frame payload: ${what}`)
}

export type TypedColumn = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array | BigInt64Array

/** Where the elements of a typed-array extension lie in the payload. */
export interface ArrayAt {
  readonly type: number
  readonly start: number
  readonly length: number
}

/** Where a bin lies in the payload. */
export interface BytesAt {
  readonly start: number
  readonly length: number
}

/**
 * Reads the msgpack elements of a payload one after the other. Every read is checked against the end; anything that is not what the layout
 * wants at this place is MR_FRAME_CORRUPT.
 */
export class PayloadReader {
  readonly payload: Buffer
  position = 0

  constructor(payload: Uint8Array) {
    this.payload = Buffer.isBuffer(payload) ? payload : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength)
  }

  #token(): number {
    if (this.position >= this.payload.length) corrupt('ends too early')
    return this.payload[this.position++]!
  }

  #size(bytes: 1 | 2 | 4): number {
    const { payload, position } = this
    if (position + bytes > payload.length) corrupt('ends too early')
    this.position = position + bytes
    return payload.readUIntBE(position, bytes)
  }

  /** Moves past `length` bytes and returns where they start. */
  #skip(length: number): number {
    const start = this.position
    if (length > this.payload.length - start) corrupt('ends too early')
    this.position = start + length
    return start
  }

  /** True, and consumed, if the next element is nil. */
  nil(): boolean {
    if (this.payload[this.position] !== 0xc0) return false
    this.position++
    return true
  }

  boolean(): boolean {
    const token = this.#token()
    if (token !== 0xc2 && token !== 0xc3) corrupt('boolean expected')
    return token === 0xc3
  }

  uint(): number {
    const token = this.#token()
    if (token < 0x80) return token
    if (token === 0xcc) return this.#size(1)
    if (token === 0xcd) return this.#size(2)
    if (token === 0xce) return this.#size(4)
    return corrupt('unsigned integer expected')
  }

  array(): number {
    const token = this.#token()
    if (token >= 0x90 && token < 0xa0) return token & 15
    if (token === 0xdc) return this.#size(2)
    if (token === 0xdd) return this.#size(4)
    return corrupt('array expected')
  }

  /** A field name, or null for nil. */
  name(): string | null {
    if (this.nil()) return null
    const token = this.payload[this.position]
    if (token === 0xc4 || token === 0xc5 || token === 0xc6) {
      const { start, length } = this.bin()
      return this.payload.toString('utf16le', start, start + length)
    }
    const length = this.#stringSize(this.#token())
    const start = this.#skip(length)
    return this.payload.toString('utf8', start, start + length)
  }

  #stringSize(token: number): number {
    if (token >= 0xa0 && token < 0xc0) return token & 31
    if (token === 0xd9) return this.#size(1)
    if (token === 0xda) return this.#size(2)
    if (token === 0xdb) return this.#size(4)
    return corrupt('name expected')
  }

  /** Moves past a string, and returns how many bytes it has; or past an extension in place of one, and returns -1. */
  skipText(): number {
    const token = this.#token()
    const isFixed = token >= 0xd4 && token <= 0xd8
    if (!isFixed && (token < 0xc7 || token > 0xc9)) {
      const length = this.#stringSize(token)
      this.#skip(length)
      return length
    }
    const length = isFixed ? 1 << (token - 0xd4) : this.#size(token === 0xc7 ? 1 : token === 0xc8 ? 2 : 4)
    this.#skip(1 + length)
    return -1
  }

  bin(): BytesAt {
    const token = this.#token()
    if (token < 0xc4 || token > 0xc6) corrupt('bin expected')
    const length = this.#size(token === 0xc4 ? 1 : token === 0xc5 ? 2 : 4)
    return { start: this.#skip(length), length }
  }

  /** Any number of bytes that are read elsewhere. */
  raw(length: number): BytesAt {
    return { start: this.#skip(length), length }
  }

  typedArray(): ArrayAt {
    const token = this.#token()
    if (token < 0xc7 || token > 0xc9) corrupt('typed array expected')
    const size = this.#size(token === 0xc7 ? 1 : token === 0xc8 ? 2 : 4)
    if (this.#token() !== ARRAY_EXTENSION) corrupt('typed array expected')
    const body = this.#skip(size)
    if (size < 2) corrupt('typed array without type')
    const type = this.payload[body]!
    const pad = this.payload[body + 1]!
    const bytes = size - 2 - pad
    const width = ARRAY_TYPE_BYTES[type] ?? 0
    if (width === 0 || pad > 7 || bytes < 0 || bytes % width !== 0) corrupt('typed array of unknown type or uneven size')
    return { type, start: body + 2 + pad, length: bytes / width }
  }
}

/** The elements: a view of the payload where they are aligned, else a copy. */
export function typedArrayAt(payload: Uint8Array, at: ArrayAt): TypedColumn {
  const width = ARRAY_TYPE_BYTES[at.type]!
  let buffer: ArrayBufferLike = payload.buffer
  let offset = payload.byteOffset + at.start
  if (offset % width !== 0) {
    buffer = buffer.slice(offset, offset + at.length * width)
    offset = 0
  }
  switch (at.type) {
    case ARRAY_TYPE.uint8:
      return new Uint8Array(buffer, offset, at.length)
    case ARRAY_TYPE.uint16:
      return new Uint16Array(buffer, offset, at.length)
    case ARRAY_TYPE.uint32:
      return new Uint32Array(buffer, offset, at.length)
    case ARRAY_TYPE.int32:
      return new Int32Array(buffer, offset, at.length)
    case ARRAY_TYPE.float64:
      return new Float64Array(buffer, offset, at.length)
    default:
      return new BigInt64Array(buffer, offset, at.length)
  }
}
