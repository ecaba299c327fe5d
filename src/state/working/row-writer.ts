/** In place of a length: there is no value. */
export const NO_VALUE = 0xffffffff

const CAPACITY_MIN = 1024

/** Writes rows (keys and values, each behind its length) one behind the other, into memory that grows. */
export class RowWriter {
  #bytes = Buffer.allocUnsafeSlow(CAPACITY_MIN)
  #at = 0

  get length(): number {
    return this.#at
  }

  u8(value: number): void {
    this.#room(1)
    this.#bytes[this.#at++] = value
  }

  u16(value: number): void {
    this.#room(2)
    this.#at = this.#bytes.writeUInt16BE(value, this.#at)
  }

  u32(value: number): void {
    this.#room(4)
    this.#at = this.#bytes.writeUInt32BE(value, this.#at)
  }

  i32(value: number): void {
    this.#room(4)
    this.#at = this.#bytes.writeInt32BE(value, this.#at)
  }

  f64(value: number): void {
    this.#room(8)
    this.#at = this.#bytes.writeDoubleLE(value, this.#at)
  }

  text(text: string, encoding: 'utf8' | 'utf16le'): void {
    this.#room(3 * text.length)
    this.#at += this.#bytes.write(text, this.#at, encoding)
  }

  bytes(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** Leaves room for a length, which {@link RowWriter.endSized} fills in. Returns where. */
  beginSized(): number {
    this.#room(4)
    this.#at += 4
    return this.#at - 4
  }

  endSized(at: number): void {
    this.#bytes.writeUInt32BE(this.#at - at - 4, at)
  }

  /** What was written behind lengths, piece by piece. Views that may be used until more is written. */
  *sized(): Generator<Buffer> {
    for (let at = 0; at < this.#at;) {
      const start = at + 4
      at = start + this.#bytes.readUInt32BE(at)
      yield this.#bytes.subarray(start, at)
    }
  }

  /** What was written, in memory of its own; begins anew. */
  take(): Uint8Array {
    const taken = new Uint8Array(this.#at)
    taken.set(this.#bytes.subarray(0, this.#at))
    this.#at = 0
    return taken
  }

  #room(more: number): void {
    const needed = this.#at + more
    if (needed <= this.#bytes.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, needed))
    grown.set(this.#bytes.subarray(0, this.#at))
    this.#bytes = grown
  }
}
