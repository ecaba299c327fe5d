import type { Key } from '../core/key-hash.ts'
import type { ChangeStamps } from './change-stamps.ts'
import type { ChunkTexts } from './chunk-texts.ts'
import { LEFT_OUT } from './key-groups.ts'
import { KeyIndex } from './key-index.ts'
import type { KeySlots } from './key-slots.ts'
import type { NewerKeys } from './newer-keys.ts'
import type { ChunkHead } from './state-chunk.ts'

const CAPACITY_MIN = 16

/**
 * The keys of one operator, by slot, and how many things (values of states, timers) are kept for each. A key for which nothing is kept gives its slot
 * back at the next {@link KeyTable.sweep}.
 */
export class KeyTable implements KeySlots {
  readonly index = new KeyIndex()
  #uses = new Int32Array(CAPACITY_MIN)
  /** By slot: 1 while it waits in `#idle`. */
  #waits = new Uint8Array(CAPACITY_MIN)
  /** Slots for which nothing was kept when they were looked at last. */
  #idle: number[] = []
  readonly #changes: ChangeStamps | null
  readonly #onForget: ((slot: number) => void) | null
  readonly #keeps: ((slot: number) => boolean) | null

  /**
   * @param changes told before something more or less is kept for a key
   * @param onForget called before a key is forgotten
   * @param keeps whether something is kept for a key that nobody has said to use: see {@link KeyTable.suspect}
   */
  constructor(
    changes: ChangeStamps | null = null,
    onForget: ((slot: number) => void) | null = null,
    keeps: ((slot: number) => boolean) | null = null,
  ) {
    this.#changes = changes
    this.#onForget = onForget
    this.#keeps = keeps
  }

  get ints(): Int32Array | undefined {
    return this.index.ints
  }

  /** Slots are below it. */
  get size(): number {
    return this.index.size
  }

  /** The slot of a key, known or not. It stays the key's own while something is kept for it, and at least until the next sweep. @throws MR_KEY_INVALID */
  slotOf(key: Key): number {
    const { live } = this.index
    const slot = this.index.slotOf(key)
    // A key that was there has something that is kept for it, or waits already: its counter need not be looked at, which would be one more place in memory.
    if (this.index.live !== live) this.#isNew(slot)
    return slot
  }

  slotOfInt(n: number): number {
    return this.slotOf(n)
  }

  /** Keys of these chunks are going to come. Returns what slots are going to be below. */
  expect(chunks: readonly ChunkHead[]): number {
    const size = this.index.expect(chunks)
    if (size > this.#uses.length) this.#grow(size - 1)
    return size
  }

  takeTexts(texts: ChunkTexts, slots: Int32Array, without: NewerKeys | null): void {
    this.index.takeTexts(texts, slots, without)
    for (let i = 0; i < texts.length; i++) {
      const slot = slots[i]!
      if (slot >= this.#uses.length) this.#grow(this.size - 1)
      if (slot !== LEFT_OUT && this.#uses[slot] === 0) this.suspect(slot)
    }
  }

  /** The slot of a key that has one, else -1. @throws MR_KEY_INVALID */
  find(key: Key): number {
    return this.index.find(key)
  }

  keyAt(slot: number): Key {
    return this.index.keyAt(slot)
  }

  /** Something more is about to be kept for the key. */
  use(slot: number): void {
    if (this.#changes !== null) this.#changes.touch(slot)
    this.#uses[slot]!++
  }

  /** Something less is about to be kept. */
  release(slot: number): void {
    if (this.#changes !== null) this.#changes.touch(slot)
    if (--this.#uses[slot]! === 0) this.suspect(slot)
  }

  /** True for slots of keys for which something is kept. */
  isUsed(slot: number): boolean {
    return this.#uses[slot]! > 0
  }

  /** Slots of all keys for which something is kept. */
  usedSlots(): Int32Array {
    const slots = new Int32Array(this.size)
    let count = 0
    for (let slot = 0; slot < slots.length; slot++) if (this.#uses[slot]! > 0) slots[count++] = slot
    return slots.subarray(0, count)
  }

  /** Forgets all keys, and what was kept for them. */
  clear(): void {
    this.index.clear()
    this.#uses.fill(0)
    this.#waits.fill(0)
    this.#idle.length = 0
  }

  /** Nothing may be kept for the key any more: the next sweep looks at it. */
  suspect(slot: number): void {
    if (this.#waits[slot] === 1) return
    this.#waits[slot] = 1
    this.#idle.push(slot)
  }

  /** Forgets keys for which nothing is kept. No slot of a key without anything is valid afterwards. */
  sweep(): void {
    for (const slot of this.#idle) {
      this.#waits[slot] = 0
      if (this.#uses[slot] !== 0 || this.#keeps?.(slot) === true) continue
      this.#onForget?.(slot)
      this.index.remove(slot)
    }
    this.#idle.length = 0
  }

  /** Keys that wait for the next sweep. */
  get idle(): number {
    return this.#idle.length
  }

  #isNew(slot: number): void {
    if (slot >= this.#uses.length) this.#grow(slot)
    this.suspect(slot)
  }

  #grow(slot: number): void {
    const length = Math.max(2 * this.#uses.length, slot + 1)
    const uses = new Int32Array(length)
    uses.set(this.#uses)
    this.#uses = uses
    const waits = new Uint8Array(length)
    waits.set(this.#waits)
    this.#waits = waits
  }
}
