import type { StateChunk } from '../src/actor/contract.ts'
import { ValueTable } from '../src/actor/keyed-kit.ts'
import type { Key } from '../src/actor/operator-kit.ts'
import { type NewestRows, type StoredRows, newestRows } from '../src/actor/rows-kit.ts'

/** The rows of key groups, of each the newest first; chunks of other scopes are left out. Each is to be taken in before the next is asked for. */
export function* newestRowsOf(chunks: readonly StateChunk[]): Generator<NewestRows> {
  const groups = new Map<number, StoredRows[]>()
  for (const { scope, id, value } of chunks) {
    if (scope !== 'group') continue
    const stored = groups.get(id)
    if (stored === undefined) groups.set(id, [value as StoredRows])
    else stored.push(value as StoredRows)
  }
  for (const stored of groups.values()) yield* newestRows(stored)
}

/** Calls `fn` with those that are not over. */
export function forEachRow({ rows, newer }: NewestRows, fn: (key: Key, row: unknown) => void): void {
  const table = new ValueTable<unknown>()
  table.restore(rows)
  table.forEach((key, row) => {
    if (newer.size === 0 || !newer.has(key)) fn(key, row)
  })
}
