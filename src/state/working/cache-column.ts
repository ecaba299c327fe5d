/** One value per slot of the cache, of one state. Nothing of this marks a slot as changed. */
export interface CacheColumn {
  readonly name: string
  has(slot: number): boolean
  /** The stored form of a value that is there. */
  save(slot: number, nowMs: number): unknown
  load(slot: number, stored: unknown, nowMs: number): void
  drop(slot: number): void
  /** Bytes of memory that the value takes; 0 for none. */
  bytesAt(slot: number): number
}
