import { VALUE_DEPTH_MAX } from '../limits.ts'
import { AsciiCache } from './ascii-cache.ts'
import { corrupt } from './payload-reader.ts'

/** A tagged value nests twice as deep as what it stands for, and lies in the column's array. */
const DEPTH_MAX = 2 * VALUE_DEPTH_MAX + 2

/**
 * Reads packed values: nil, booleans, numbers, str, bin, arrays and maps with str keys; nothing else occurs. msgpackr is not used
 * for it: it cuts strings out of one long string, so that one kept string pins tens of kilobytes, and it hands out bytes as views of
 * the frame. Everything is checked against the end of the bytes. Throws MR_FRAME_CORRUPT.
 */
export class ValueReader {
  readonly #strings = new AsciiCache()
  #bytes: Buffer = Buffer.alloc(0)
  #position = 0
  #end = 0

  /** The one value that lies in bytes[start..end). Binary values are copies. */
  read(bytes: Buffer, start: number, end: number): unknown {
    this.#bytes = bytes
    this.#position = start
    this.#end = end
    const value = this.#value(0)
    if (this.#position !== end) corrupt('packed values end too early')
    return value
  }

  #value(depth: number): unknown {
    const token = this.#unsigned(1)
    if (token < 0x80) return token
    if (token >= 0xe0) return token - 0x100
    if (token < 0x90) return this.#map(token & 15, depth)
    if (token < 0xa0) return this.#array(token & 15, depth)
    if (token < 0xc0) return this.#string(token & 31)
    switch (token) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xca:
        return this.#bytes.readFloatBE(this.#skip(4))
      case 0xcb:
        return this.#bytes.readDoubleBE(this.#skip(8))
      case 0xcc:
        return this.#unsigned(1)
      case 0xcd:
        return this.#unsigned(2)
      case 0xce:
        return this.#unsigned(4)
      case 0xd0:
        return (this.#unsigned(1) << 24) >> 24
      case 0xd1:
        return (this.#unsigned(2) << 16) >> 16
      case 0xd2:
        return this.#unsigned(4) | 0
      default:
        return this.#sized(token, depth)
    }
  }

  #sized(token: number, depth: number): unknown {
    switch (token) {
      case 0xc4:
        return this.#binary(this.#unsigned(1))
      case 0xc5:
        return this.#binary(this.#unsigned(2))
      case 0xc6:
        return this.#binary(this.#unsigned(4))
      case 0xd9:
        return this.#string(this.#unsigned(1))
      case 0xda:
        return this.#string(this.#unsigned(2))
      case 0xdb:
        return this.#string(this.#unsigned(4))
      case 0xdc:
        return this.#array(this.#unsigned(2), depth)
      case 0xdd:
        return this.#array(this.#unsigned(4), depth)
      case 0xde:
        return this.#map(this.#unsigned(2), depth)
      case 0xdf:
        return this.#map(this.#unsigned(4), depth)
      default:
        return corrupt(`packed values hold the token ${token}`)
    }
  }

  #unsigned(width: 1 | 2 | 4): number {
    const at = this.#skip(width)
    const bytes = this.#bytes
    if (width === 1) return bytes[at]!
    if (width === 2) return (bytes[at]! << 8) | bytes[at + 1]!
    return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
  }

  /** Moves past `length` bytes and returns where they start. */
  #skip(length: number): number {
    const start = this.#position
    if (length > this.#end - start) corrupt('packed values are cut off')
    this.#position = start + length
    return start
  }

  #string(length: number): string {
    const start = this.#skip(length)
    return this.#strings.get(this.#bytes, start, length) ?? this.#bytes.toString('utf8', start, start + length)
  }

  #binary(length: number): Uint8Array {
    const start = this.#skip(length)
    return Uint8Array.prototype.slice.call(this.#bytes, start, start + length)
  }

  #array(length: number, depth: number): unknown[] {
    this.#enter(length, depth)
    const items: unknown[] = []
    for (let i = 0; i < length; i++) items.push(this.#value(depth + 1))
    return items
  }

  #map(length: number, depth: number): Record<string, unknown> {
    this.#enter(2 * length, depth)
    const record: Record<string, unknown> = {}
    for (let i = 0; i < length; i++) {
      const key = this.#value(depth + 1)
      if (typeof key !== 'string' || key === '__proto__') corrupt('packed values hold an odd key')
      record[key] = this.#value(depth + 1)
    }
    return record
  }

  /** An element takes a byte at least. */
  #enter(elements: number, depth: number): void {
    if (depth > DEPTH_MAX) corrupt('packed values nest too deep')
    if (elements > this.#end - this.#position) corrupt('packed values are cut off')
  }
}
