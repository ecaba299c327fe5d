import type { Key } from '../core/key-hash.ts'
import type { ChunkTexts } from './chunk-texts.ts'
import type { NewerKeys } from './newer-keys.ts'

/** Keys numbered by dense slots 0 to size - 1. What a table keeps for a key lies at the key's slot in its columns. */
export interface KeySlots {
  readonly size: number
  /** The slot of a key; a key without one gets the next. @throws MR_KEY_INVALID */
  slotOf(key: Key): number
  /** As `slotOf`, for a number of which `(n | 0) === n` is known. */
  slotOfInt(n: number): number
  /** The slots of the texts of a chunk, as `slotOf` gives them; LEFT_OUT for those of `without`. Absent where texts are kept as strings only. */
  takeTexts?(texts: ChunkTexts, slots: Int32Array, without: NewerKeys | null): void
  keyAt(slot: number): Key
  /** All keys by slot (and more room behind them) while all are int32, else undefined. Read it anew after adding. */
  readonly ints: Int32Array | undefined
  /** Forgets all keys. */
  clear(): void
}
