/** When actors want to run next, whether frames come or not, by one clock. Asked once a turn, so it knows the first of these times without looking at all. */
export class WakeTimes {
  readonly #times = new Map<number, number>()
  #firstMs = Infinity

  /** Time in ms of the first one; Infinity for none. */
  get firstMs(): number {
    return this.#firstMs
  }

  /** @param atMs Infinity: not at any time */
  set(actor: number, atMs: number): void {
    const before = this.#times.get(actor) ?? Infinity
    if (atMs === before) return
    if (atMs === Infinity) this.#times.delete(actor)
    else this.#times.set(actor, atMs)
    if (atMs < this.#firstMs) this.#firstMs = atMs
    else if (before === this.#firstMs) this.#findFirst()
  }

  /** Takes out those whose time has come. */
  takeDue(nowMs: number, take: (actor: number) => void): void {
    if (nowMs < this.#firstMs) return
    for (const [actor, atMs] of this.#times) {
      if (atMs > nowMs) continue
      this.#times.delete(actor)
      take(actor)
    }
    this.#findFirst()
  }

  #findFirst(): void {
    this.#firstMs = Infinity
    for (const atMs of this.#times.values()) if (atMs < this.#firstMs) this.#firstMs = atMs
  }
}
