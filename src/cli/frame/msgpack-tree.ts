import { MillraceError } from '../../errors.ts'

/** One msgpack value and where it lies. Any msgpack can be read, not only millrace's. */
export interface MsgpackNode {
  /** Of its first byte. */
  readonly offset: number
  /** Of all its bytes, those of its items included. */
  readonly bytes: number
  readonly type: 'nil' | 'boolean' | 'int' | 'float' | 'str' | 'bin' | 'array' | 'map' | 'ext'
  /** Of scalars: null, boolean, number, bigint, string. Of bin and ext: the bytes. Of arrays and maps: null. */
  readonly value: unknown
  /** Items of an array; keys and values of a map, in turn. */
  readonly items: readonly MsgpackNode[]
  /** Type of an ext. */
  readonly extension?: number
}

const DEPTH_MAX = 1_000

/** @throws MillraceError MR_FRAME_CORRUPT unless `bytes` are exactly one msgpack value */
export function msgpackTree(bytes: Uint8Array): MsgpackNode {
  const reader = new TreeReader(bytes)
  const root = reader.node(0)
  if (reader.position !== bytes.length) corrupt(`there are ${bytes.length - reader.position} bytes behind the msgpack value`)
  return root
}

function corrupt(what: string): never {
  throw new MillraceError('MR_FRAME_CORRUPT', `The payload is not msgpack: ${what}`)
}

class TreeReader {
  position = 0
  readonly #bytes: Buffer

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  node(depth: number): MsgpackNode {
    if (depth > DEPTH_MAX) corrupt(`values nest deeper than ${DEPTH_MAX} levels`)
    const offset = this.position
    const token = this.#take(1)[0]!
    const node = this.#fixed(token, depth) ?? this.#sized(token, depth)
    return { offset, bytes: this.position - offset, items: [], ...node }
  }

  #fixed(token: number, depth: number): Found | null {
    if (token < 0x80) return { type: 'int', value: token }
    if (token < 0x90) return this.#list('map', 2 * (token & 15), depth)
    if (token < 0xa0) return this.#list('array', token & 15, depth)
    if (token < 0xc0) return this.#text(token & 31)
    if (token >= 0xe0) return { type: 'int', value: token - 256 }
    if (token === 0xc0) return { type: 'nil', value: null }
    return token === 0xc2 || token === 0xc3 ? { type: 'boolean', value: token === 0xc3 } : null
  }

  #sized(token: number, depth: number): Found {
    switch (token) {
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return { type: 'bin', value: this.#take(this.#size(token - 0xc4)) }
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#ext(this.#size(token - 0xc7))
      case 0xca:
        return { type: 'float', value: this.#take(4).readFloatBE() }
      case 0xcb:
        return { type: 'float', value: this.#take(8).readDoubleBE() }
      case 0xcc:
      case 0xcd:
      case 0xce:
        return { type: 'int', value: this.#size(token - 0xcc) }
      case 0xcf:
        return { type: 'int', value: small(this.#take(8).readBigUInt64BE()) }
      case 0xd0:
      case 0xd1:
      case 0xd2:
        return { type: 'int', value: this.#take(1 << (token - 0xd0)).readIntBE(0, 1 << (token - 0xd0)) }
      case 0xd3:
        return { type: 'int', value: small(this.#take(8).readBigInt64BE()) }
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#ext(1 << (token - 0xd4))
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#size(token - 0xd9))
      case 0xdc:
      case 0xdd:
        return this.#list('array', this.#size(token - 0xdb), depth)
      case 0xde:
      case 0xdf:
        return this.#list('map', 2 * this.#size(token - 0xdd), depth)
      default:
        return corrupt(`0x${token.toString(16)} at byte ${this.position - 1} begins no value`)
    }
  }

  #list(type: 'array' | 'map', length: number, depth: number): Found {
    // Each item has a byte at least: a damaged length is found before memory is made for it.
    if (length > this.#bytes.length - this.position) corrupt(`the ${type} before byte ${this.position} is longer than the payload`)
    return { type, value: null, items: Array.from({ length }, () => this.node(depth + 1)) }
  }

  #text(length: number): Found {
    return { type: 'str', value: this.#take(length).toString('utf8') }
  }

  #ext(length: number): Found {
    const extension = this.#take(1).readInt8()
    return { type: 'ext', extension, value: this.#take(length) }
  }

  /** An unsigned number of 1, 2 or 4 bytes, by its exponent. */
  #size(exponent: number): number {
    return this.#take(1 << exponent).readUIntBE(0, 1 << exponent)
  }

  #take(length: number): Buffer {
    const end = this.position + length
    if (end > this.#bytes.length) corrupt(`it ends within a value, at byte ${this.#bytes.length}`)
    const bytes = this.#bytes.subarray(this.position, end)
    this.position = end
    return bytes
  }
}

type Found = Pick<MsgpackNode, 'type' | 'value'> & Partial<Pick<MsgpackNode, 'items' | 'extension'>>

function small(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}
