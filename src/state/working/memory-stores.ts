import { MemoryRows } from './memory-rows.ts'
import type { WorkingStore } from './working-store.ts'

/** Working state of one attempt without a disk: what simulations and tests have in place of the storage thread. */
export class MemoryStores {
  readonly #tables = new Map<number, MemoryRows>()

  table(table: number): MemoryRows {
    let rows = this.#tables.get(table)
    if (rows === undefined) this.#tables.set(table, (rows = new MemoryRows()))
    return rows
  }

  /** Answers come as soon as whoever asked has returned. */
  store(table: number): WorkingStore {
    const rows = this.table(table)
    return {
      table,
      write: (bytes) => rows.write(bytes),
      ask: (keys, answer) => {
        const found = rows.answer(keys)
        queueMicrotask(() => answer(found, null))
      },
    }
  }

  /** A checkpoint is on disk. */
  completed(checkpoint: number): void {
    for (const table of this.#tables.values()) table.completed(checkpoint)
  }
}
