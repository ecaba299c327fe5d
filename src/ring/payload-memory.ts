import { MillraceError } from '../errors.ts'

/** Up to this size V8 keeps the bytes of a typed array on its own heap, and a copy of its own costs least (45 ns). */
const ON_HEAP_BYTES_MAX = 64
/** Up to this size a buffer of its own would cost several times the copy (0.3 us). */
const SLAB_PAYLOAD_BYTES_MAX = 2 * 1024
/** What one kept small payload can pin. */
const SLAB_BYTES = 16 * 1024
/** Buffers that are handed back come in multiples of this, so that payloads of about the same size share them. */
const SPARE_STEP_BYTES = 4 * 1024

const EMPTY = new Uint8Array(0)

/**
 * Where payloads are copied to when they leave the ring. Every copy begins at a multiple of 8 of its `buffer`.
 *
 * Payloads of 65 bytes to 2 KiB lie side by side in slabs; all others have memory of their own. Allocating and collecting that memory
 * takes as long as copying (16 KiB: 2 to 5 us of processor time with the collector, 1.2 us into memory used before), hence `recycle()`.
 */
export class PayloadMemory {
  readonly #spareBytesMax: number
  readonly #spares = new Map<number, ArrayBuffer[]>()
  #spareBytes = 0
  /** Sizes are rounded up only for receivers that hand payloads back. */
  #recycles = false
  #slab = new ArrayBuffer(0)
  #slabUsed = 0

  constructor(spareBytesMax: number) {
    this.#spareBytesMax = spareBytesMax
  }

  copy(shared: SharedArrayBuffer, offset: number, length: number): Uint8Array<ArrayBuffer> {
    if (length === 0) return EMPTY
    const source = new Uint8Array(shared, offset, length)
    if (length <= ON_HEAP_BYTES_MAX) return new Uint8Array(source)
    if (length > SLAB_PAYLOAD_BYTES_MAX && !this.#recycles) return new Uint8Array(source)
    const copy = length > SLAB_PAYLOAD_BYTES_MAX ? this.#ownMemory(length) : this.#slabMemory(length)
    copy.set(source)
    return copy
  }

  recycle(payload: Uint8Array<ArrayBuffer>): void {
    this.#recycles = true
    // Looking at the `buffer` of a payload on V8's heap would move it off that heap, which costs more than it gains.
    if (payload.length <= SLAB_PAYLOAD_BYTES_MAX) return
    const { buffer } = payload
    const size = buffer.byteLength
    if (payload.byteOffset !== 0 || size !== rounded(payload.length) || size > this.#spareBytesMax) return
    if (this.#spares.get(size)?.includes(buffer)) throw new MillraceError('MR_RING_INVALID', 'recycle() was called twice for one payload')
    if (this.#spareBytes + size > this.#spareBytesMax) this.#dropSpares()
    this.#spareBytes += size
    this.#sparesOf(size).push(buffer)
  }

  /** Sizes that are asked for come back soon; those of which nobody asks do not. */
  #dropSpares(): void {
    this.#spares.clear()
    this.#spareBytes = 0
  }

  #sparesOf(size: number): ArrayBuffer[] {
    let spares = this.#spares.get(size)
    if (spares === undefined) this.#spares.set(size, (spares = []))
    return spares
  }

  #ownMemory(length: number): Uint8Array<ArrayBuffer> {
    const size = rounded(length)
    const spare = this.#spares.get(size)?.pop()
    if (spare === undefined) return new Uint8Array(Buffer.allocUnsafeSlow(size).buffer, 0, length)
    this.#spareBytes -= size
    return new Uint8Array(spare, 0, length)
  }

  #slabMemory(length: number): Uint8Array<ArrayBuffer> {
    if (this.#slabUsed + length > this.#slab.byteLength) {
      this.#slab = new ArrayBuffer(SLAB_BYTES)
      this.#slabUsed = 0
    }
    const memory = new Uint8Array(this.#slab, this.#slabUsed, length)
    this.#slabUsed += (length + 7) & -8
    return memory
  }
}

function rounded(length: number): number {
  return (length + (SPARE_STEP_BYTES - 1)) & -SPARE_STEP_BYTES
}
