/** Up to this size V8 keeps the bytes of a typed array on its own heap, and a copy of its own costs least (45 ns). */
const ON_HEAP_BYTES_MAX = 64
/** From this size on a buffer of its own costs little beside the copy; below, allocating one costs more than everything else (0.3 us). */
const SHARED_SLAB_BYTES_MAX = 2 * 1024
/** What one kept small payload can pin. */
const SLAB_BYTES = 16 * 1024

const EMPTY = new Uint8Array(0)

/**
 * Copies bytes out of shared memory into private ones. Every copy begins at a multiple of 8 of its `buffer`.
 * Payloads of 65 bytes to 2 KiB lie side by side in slabs of 16 KiB; all others have a buffer of their own.
 */
export class PayloadSlab {
  #slab = new ArrayBuffer(0)
  #used = 0

  copy(shared: SharedArrayBuffer, offset: number, length: number): Uint8Array<ArrayBuffer> {
    if (length === 0) return EMPTY
    const source = new Uint8Array(shared, offset, length)
    if (length <= ON_HEAP_BYTES_MAX || length > SHARED_SLAB_BYTES_MAX) return new Uint8Array(source)
    if (this.#used + length > this.#slab.byteLength) {
      this.#slab = new ArrayBuffer(SLAB_BYTES)
      this.#used = 0
    }
    const copy = new Uint8Array(this.#slab, this.#used, length)
    this.#used += (length + 7) & -8
    copy.set(source)
    return copy
  }
}
