import { CommittedTable, type TableEntries } from './committed-table.ts'
import { unpackRow } from './row-bytes.ts'
import type { TableHead, TableKey, TableKeyPart } from './table-store.ts'

/** Tables that survive a simulated process, by path. */
export class MemoryTables {
  readonly #entries = new Map<string, MemoryEntries>()

  table(path: string): CommittedTable {
    return new CommittedTable(this.#of(path), path)
  }

  head(path: string): TableHead | null {
    return this.table(path).head
  }

  /** Rows by key; of several parts, by the list of them as JSON. */
  rows(path: string): Map<TableKeyPart, unknown> {
    return this.#of(path).rows()
  }

  #of(path: string): MemoryEntries {
    let entries = this.#entries.get(path)
    if (entries === undefined) this.#entries.set(path, (entries = new MemoryEntries()))
    return entries
  }
}

class MemoryEntries implements TableEntries {
  #entries = new Map<string, { readonly key: TableKey; readonly value: Uint8Array }>()

  get(key: TableKey): Uint8Array | undefined {
    return this.#entries.get(textOf(key))?.value.slice()
  }

  put(key: TableKey, value: Uint8Array): void {
    this.#entries.set(textOf(key), { key, value: value.slice() })
  }

  remove(key: TableKey): void {
    this.#entries.delete(textOf(key))
  }

  numbered(name: string): readonly number[] {
    const found = [...this.#entries.values()].filter(({ key }) => key[0] === name && typeof key[1] === 'number')
    return found.map(({ key }) => key[1] as number).toSorted((a, b) => a - b)
  }

  transact(work: () => void): void {
    const before = new Map(this.#entries)
    try {
      work()
    } catch (error) {
      this.#entries = before
      throw error
    }
  }

  rows(): Map<TableKeyPart, unknown> {
    const rows = [...this.#entries.values()].filter(({ key }) => key[0] === 'row')
    return new Map(rows.map(({ key, value }) => [key.length === 2 ? key[1]! : JSON.stringify(key.slice(1)), unpackRow(value)]))
  }
}

function textOf(key: TableKey): string {
  return key.map((part) => `${typeof part} ${String(part).length} ${String(part)}`).join()
}
