import type { KeyedStateBackend } from '../../src/state/keyed-backend.ts'
import type { Key } from '../../src/core/key-hash.ts'
import { MemoryBackend } from '../../src/state/memory-backend.ts'
import { CachedBackend } from '../../src/state/working/cached-backend.ts'
import { MemoryRows } from '../../src/state/working/memory-rows.ts'
import { WHOLE_CUT } from '../../src/state/working/working-changes.ts'
import { workingChunks } from '../../src/state/working/working-chunks.ts'

export type BackendType = 'memory' | 'lmdb'
export const BACKEND_TYPES: readonly BackendType[] = ['memory', 'lmdb']

/** A backend as an operator uses it, with what a host would do for it. */
export interface TestedBackend {
  readonly backend: KeyedStateBackend
  /** The slot of a key whose values are at hand. */
  select(key: Key): number
  snapshot(groups: number, nowMs: number): Map<number, Readonly<Record<string, Uint8Array>>>
}

/** @param cacheBytes room for a few keys: most are dropped after each batch */
export function testedBackend(type: BackendType, keyGroups: number, cacheBytes = 700): TestedBackend {
  if (type === 'memory') {
    const backend = new MemoryBackend()
    return { backend, select: (key) => backend.keys.slotOf(key), snapshot: (groups, nowMs) => backend.snapshot(groups, nowMs) }
  }
  const rows = new MemoryRows()
  const store = {
    table: 0,
    write: (bytes: Uint8Array) => rows.write(bytes),
    ask: (keys: Uint8Array, answer: (r: Uint8Array, f: null) => void) => answer(rows.answer(keys), null),
  }
  const backend = new CachedBackend(store, { keyGroups, cacheBytes, wake: () => {} })
  const { cache, keys } = backend
  return {
    backend,
    select: (key) => {
      const slot = keys.slotOf(key)
      cache.need(slot)
      if (cache.ask() && cache.waits) throw new Error('the store answers at once')
      return slot
    },
    snapshot: (_, nowMs) => {
      const snapshot = backend.handOver(nowMs)
      return new Map(
        [...workingChunks(rows, snapshot, WHOLE_CUT)].map(({ group, value }) => [
          group,
          (value as { states: Record<string, Uint8Array> }).states,
        ]),
      )
    },
  }
}
