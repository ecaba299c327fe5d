/** Something that can take a change back. */
export interface Undoable {
  /** @param before, and what belongs to it: whatever the same object gave to {@link StateJournal.note} */
  undo(slot: number, what: unknown, before: unknown): void
}

/** The changes of one record, newest last, so that they can be undone as a unit. */
export class StateJournal {
  readonly #targets: Undoable[] = []
  readonly #slots: number[] = []
  readonly #what: unknown[] = []
  readonly #before: unknown[] = []

  note(target: Undoable, slot: number, what: unknown, before: unknown): void {
    this.#targets.push(target)
    this.#slots.push(slot)
    this.#what.push(what)
    this.#before.push(before)
  }

  /** What was noted counts. */
  commit(): void {
    if (this.#targets.length === 0) return
    this.#targets.length = this.#slots.length = this.#what.length = this.#before.length = 0
  }

  /** What was noted never happened. */
  rollback(): void {
    for (let i = this.#targets.length - 1; i >= 0; i--) this.#targets[i]!.undo(this.#slots[i]!, this.#what[i], this.#before[i])
    this.commit()
  }
}
