import { MillraceError } from '../errors.ts'
import { BATCH_BYTES_MAX } from '../limits.ts'
import { ARRAY_EXTENSION } from './payload.ts'
import type { ArrayType } from './payload.ts'
import { isWellFormed } from './well-formed.ts'

const INITIAL_BYTES = 16 * 1024

/** Appends msgpack elements to a buffer of its own, which grows as needed and is used again for the next payload. */
export class PayloadWriter {
  buffer: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES)
  position = 0

  reset(): void {
    this.position = 0
  }

  /** What was written; valid until the next reset. No Buffer, whose slice() would be a view where everybody expects a copy. */
  bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.buffer.buffer as ArrayBuffer, this.buffer.byteOffset, this.position)
  }

  /** Makes room for `bytes` more. Throws MR_RECORD_TOO_LARGE beyond BATCH_BYTES_MAX. */
  reserve(bytes: number): void {
    const needed = this.position + bytes
    if (needed <= this.buffer.length) return
    if (needed > BATCH_BYTES_MAX) {
      throw new MillraceError('MR_RECORD_TOO_LARGE', `a batch of ${needed} bytes exceeds BATCH_BYTES_MAX=${BATCH_BYTES_MAX}`)
    }
    const grown = Buffer.allocUnsafeSlow(Math.min(BATCH_BYTES_MAX, Math.max(needed, 2 * this.buffer.length)))
    this.buffer.copy(grown, 0, 0, this.position)
    this.buffer = grown
  }

  nil(): void {
    this.reserve(1)
    this.buffer[this.position++] = 0xc0
  }

  boolean(value: boolean): void {
    this.reserve(1)
    this.buffer[this.position++] = value ? 0xc3 : 0xc2
  }

  /** An unsigned integer below 2^32. */
  uint(value: number): void {
    this.reserve(5)
    if (value < 0x80) this.buffer[this.position++] = value
    else this.#header(0xce, value)
  }

  array(length: number): void {
    this.reserve(5)
    if (length < 16) this.buffer[this.position++] = 0x90 | length
    else this.#header(0xdd, length)
  }

  /** A field name: str, or bin of UTF-16 if it holds a lone surrogate. */
  name(value: string): void {
    const encoding = isWellFormed(value) ? 'utf8' : 'utf16le'
    const length = Buffer.byteLength(value, encoding)
    this.reserve(5 + length)
    this.#header(encoding === 'utf8' ? 0xdb : 0xc6, length)
    this.position += this.buffer.write(value, this.position, encoding)
  }

  bin(bytes: Uint8Array, length: number): void {
    this.reserve(5 + length)
    this.#header(0xc6, length)
    this.#copy(bytes, length)
  }

  /** A bin of text, written in place: one byte (Latin-1) or two per UTF-16 unit. */
  text(value: string, unit: 1 | 2): void {
    const length = value.length * unit
    this.reserve(5 + length)
    this.#header(0xc6, length)
    if (length > 0) this.buffer.write(value, this.position, length, unit === 1 ? 'latin1' : 'utf16le')
    this.position += length
  }

  /** Bytes that are msgpack elements already. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.#copy(bytes, bytes.length)
  }

  /** A typed-array extension: `bytes` holds the elements in this machine's order, which is little-endian. */
  typedArray(type: ArrayType, bytes: Uint8Array, length: number): void {
    this.reserve(16 + length)
    const pad = -(this.position + 8) & 7
    this.#header(0xc9, 2 + pad + length)
    const { buffer } = this
    buffer[this.position++] = ARRAY_EXTENSION
    buffer[this.position++] = type
    buffer[this.position++] = pad
    for (let i = 0; i < pad; i++) buffer[this.position++] = 0
    this.#copy(bytes, length)
  }

  /** A token, and 32 bits that belong to it. */
  sized(token: number, bits: number): void {
    this.reserve(5)
    this.#header(token, bits)
  }

  /** 32 bits that belong to the token before them. */
  fixed(bits: number): void {
    this.reserve(4)
    const { buffer, position } = this
    buffer[position] = bits >>> 24
    buffer[position + 1] = bits >>> 16
    buffer[position + 2] = bits >>> 8
    buffer[position + 3] = bits
    this.position = position + 4
  }

  #header(token: number, length: number): void {
    this.buffer[this.position++] = token
    this.fixed(length)
  }

  #copy(bytes: Uint8Array, length: number): void {
    this.buffer.set(length === bytes.length ? bytes : bytes.subarray(0, length), this.position)
    this.position += length
  }
}
