/**
 * Watermarks of sources that are read abreast, shared by all threads of an attempt: a slot for each actor, of which only that actor writes its own. Infinity:
 * nobody waits for it. (What Apache Flink's source coordinator gathers from its source operators and announces to them.)
 */
export function createWatermarkTable(actors: number): SharedArrayBuffer {
  const table = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT * actors)
  // Whoever has not said anything has not read anything.
  new Float64Array(table).fill(-Infinity)
  return table
}

export interface AlignedSourceParts {
  readonly table: SharedArrayBuffer
  /** Slot of this actor. */
  readonly slot: number
  /** Slots of all members of its group, its own included. */
  readonly members: readonly number[]
  readonly maxDriftMs: number
}

/** One member of a group of sources: says how far it is, and may not read while it is too far ahead of the last one. */
export class AlignedSource {
  readonly #table: BigInt64Array
  readonly #slot: number
  readonly #others: readonly number[]
  readonly #maxDriftMs: number
  readonly #number = new Float64Array(1)
  readonly #bits = new BigInt64Array(this.#number.buffer)
  #watermark = -Infinity

  constructor({ table, slot, members, maxDriftMs }: AlignedSourceParts) {
    this.#table = new BigInt64Array(table)
    this.#slot = slot
    this.#others = members.filter((member) => member !== slot)
    this.#maxDriftMs = maxDriftMs
  }

  /** @param watermark in ms; Infinity while no other member needs to wait for this one */
  publish(watermark: number): void {
    if (watermark === this.#watermark) return
    this.#watermark = watermark
    this.#number[0] = watermark
    Atomics.store(this.#table, this.#slot, this.#bits[0]!)
  }

  /** True when a source that has come to `watermark` is to wait for others. The last one of a group never is. */
  isAhead(watermark: number): boolean {
    if (watermark === -Infinity) return false
    for (const other of this.#others) {
      this.#bits[0] = Atomics.load(this.#table, other)
      if (watermark - this.#number[0]! > this.#maxDriftMs) return true
    }
    return false
  }
}
