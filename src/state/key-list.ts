import type { Key } from '../core/key-hash.ts'
import type { ChunkHead } from './state-chunk.ts'
import { StoredTexts } from './stored-texts.ts'

const CAPACITY_MIN = 16

const noneStored = (): StoredTexts => new StoredTexts()

/** Keys by slot: int32 keys in a typed array; an ordinary array comes into being with the first other key. */
export class KeyList {
  #size = 0
  /** By slot; 0 where `#others` has the key. */
  #ints = new Int32Array(CAPACITY_MIN)
  /** By slot; undefined where the key is an int32, and shorter than `#size` where only such follow. */
  #others: (Key | undefined)[] | undefined
  /** Texts that are still bytes; undefined at their slots in `#others`. */
  #stored: StoredTexts | null = null
  #newStored = noneStored

  get size(): number {
    return this.#size
  }

  /** All keys by slot (and more room behind them), if all are int32. It is replaced when the list grows. */
  get ints(): Int32Array | undefined {
    return this.#others === undefined ? this.#ints : undefined
  }

  at(slot: number): Key {
    if (this.#others === undefined) return this.#ints[slot]
    return this.#others[slot] ?? this.#stored?.at(slot) ?? this.#ints[slot]
  }

  /** Texts that are to stay bytes. */
  get stored(): StoredTexts {
    return (this.#stored ??= this.#newStored())
  }

  /** Keys of these chunks are going to come, in slots below `size`. */
  reserve(size: number, chunks: readonly ChunkHead[]): void {
    if (size <= this.#ints.length) return
    this.#grow(size)
    this.#newStored = () => new StoredTexts(size, chunks)
  }

  /** Appends a key whose text is among `stored` already. */
  pushStored(): void {
    this.#others ??= []
    if (this.#size === this.#ints.length) this.#grow(2 * this.#size)
    this.#size++
  }

  /** A slot below `size` that was free has a text that is among `stored` already. */
  putStored(): void {
    this.#others ??= []
  }

  /** The slot of a text that is still bytes, or -1. */
  findStored(text: string): number {
    return this.#stored === null ? -1 : this.#stored.find(text)
  }

  /** The slot has no text in bytes any more. False when it had none. */
  forgetStored(slot: number): boolean {
    if (this.#stored === null || !this.#stored.forget(slot)) return false
    if (this.#stored.size === 0) this.#stored = null
    return true
  }

  /** Appends an int32 key; returns its slot. */
  pushInt(n: number): number {
    const slot = this.#size
    if (slot === this.#ints.length) this.#grow(2 * slot)
    this.#ints[slot] = n
    this.#size = slot + 1
    return slot
  }

  /** Appends a key that is not an int32; returns its slot. */
  pushOther(key: Key): number {
    this.#others ??= []
    while (this.#others.length < this.#size) this.#others.push(undefined)
    this.#others.push(key)
    return this.pushInt(0)
  }

  /** Gives a slot below `size` another key. */
  put(slot: number, key: Key): void {
    this.forgetStored(slot)
    if (typeof key === 'number' && (key | 0) === key) {
      this.#ints[slot] = key
      if (this.#others !== undefined && slot < this.#others.length) this.#others[slot] = undefined
      return
    }
    this.#others ??= []
    while (this.#others.length <= slot) this.#others.push(undefined)
    this.#others[slot] = key
  }

  clear(): void {
    this.#size = 0
    this.#others = undefined
    this.#stored = null
    this.#newStored = noneStored
  }

  #grow(length: number): void {
    const grown = new Int32Array(length)
    grown.set(this.#ints)
    this.#ints = grown
  }
}
