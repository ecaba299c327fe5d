import { VALUE_DEPTH_MAX } from '../limits.ts'
import { PayloadWriter } from './payload-writer.ts'
import { isWellFormed } from './well-formed.ts'

const FLOAT64 = 0xcb
const INT32 = 0xd2
const MAP32 = 0xdf
const FIXSTR = 0xa0
const FIXSTR_UNITS_MAX = 31

/**
 * Writes data that msgpack keeps as it is: null, booleans, numbers, texts, and arrays and plain objects of these. What that is, is found out on the way, and a few small functions
 * are soon optimised, which an encoder for everything is not.
 */
export class PlainWriter {
  readonly #out = new PayloadWriter()
  readonly #float = new DataView(new ArrayBuffer(8))

  /**
   * All of them as one array, valid until the next call; null when there is something else among them, or there may be.
   *
   * @throws MillraceError MR_RECORD_TOO_LARGE
   */
  write(values: readonly unknown[]): Uint8Array | null {
    this.#out.reset()
    return this.#array(values, 0) ? this.#out.bytes() : null
  }

  #value(value: unknown, depth: number): boolean {
    switch (typeof value) {
      case 'number':
        return this.#number(value)
      case 'string':
        return this.#text(value)
      case 'boolean':
        this.#out.boolean(value)
        return true
      case 'object':
        if (value !== null) return Array.isArray(value) ? this.#array(value, depth) : this.#fields(value, depth)
        this.#out.nil()
        return true
      default:
        return false
    }
  }

  #number(value: number): boolean {
    const out = this.#out
    const int = value | 0
    if (int === value) {
      if (int > 0) out.uint(int)
      else if (int < 0) out.sized(INT32, int)
      else if (1 / value < 0) return false
      else out.uint(0)
      return true
    }
    const float = this.#float
    float.setFloat64(0, value)
    out.sized(FLOAT64, float.getInt32(0))
    out.fixed(float.getInt32(4))
    return true
  }

  /** Most texts are short and ASCII: calls into the runtime would cost more than writing them does. */
  #text(value: string): boolean {
    const out = this.#out
    const { length } = value
    if (length <= FIXSTR_UNITS_MAX) {
      out.reserve(1 + length)
      const { buffer, position } = out
      let at = 0
      for (; at < length; at++) {
        const unit = value.charCodeAt(at)
        if (unit > 0x7f) break
        buffer[position + 1 + at] = unit
      }
      if (at === length) {
        buffer[position] = FIXSTR | length
        out.position = position + 1 + length
        return true
      }
    }
    if (!isWellFormed(value)) return false
    out.name(value)
    return true
  }

  #array(values: readonly unknown[], depth: number): boolean {
    // One that contains itself is among those that are too deep.
    if (depth > VALUE_DEPTH_MAX || Object.getPrototypeOf(values) !== Array.prototype) return false
    this.#out.array(values.length)
    for (let i = 0; i < values.length; i++) if (!this.#value(values[i], depth + 1)) return false
    return true
  }

  #fields(value: object, depth: number): boolean {
    if (depth > VALUE_DEPTH_MAX || Object.getPrototypeOf(value) !== Object.prototype) return false
    if (Object.getOwnPropertySymbols(value).length > 0) return false
    const keys = Object.keys(value)
    this.#out.sized(MAP32, keys.length)
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!
      if (key === '__proto__' || !this.#text(key) || !this.#value((value as Record<string, unknown>)[key], depth + 1)) return false
    }
    return true
  }
}
