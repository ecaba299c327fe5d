interface Entry<V> {
  readonly value: V
  readonly expiresAtMs: number
}

/** The values that were used last, a bounded number of them, each for a bounded time. */
export class LruCache<K, V> {
  /** The one that was not used for longest comes first. */
  readonly #entries = new Map<K, Entry<V>>()
  readonly #maxEntries: number
  readonly #ttlMs: number

  /** @param maxEntries 0: it keeps nothing */
  constructor(maxEntries: number, ttlMs: number) {
    this.#maxEntries = maxEntries
    this.#ttlMs = ttlMs
  }

  get size(): number {
    return this.#entries.size
  }

  /** The value in a box; undefined where there is none, or none any more. */
  get(key: K, nowMs: number): { readonly value: V } | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    if (entry.expiresAtMs <= nowMs) return undefined
    this.#entries.set(key, entry)
    return entry
  }

  set(key: K, value: V, nowMs: number): void {
    this.#entries.delete(key)
    this.#entries.set(key, { value, expiresAtMs: nowMs + this.#ttlMs })
    if (this.#entries.size <= this.#maxEntries) return
    for (const first of this.#entries.keys()) {
      this.#entries.delete(first)
      break
    }
  }
}
