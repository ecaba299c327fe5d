import type { StateDelta } from '../../src/state/value-table.ts'

/** What a store holds of each group after a checkpoint: chunks in their order. */
export type Stored = ReadonlyMap<number, readonly Uint8Array[]>

/** @param complete earlier checkpoints that deltas may build on */
export function storedAs(deltas: readonly StateDelta[], complete: ReadonlyMap<number, Stored>): Stored {
  const stored = new Map<number, Uint8Array[]>()
  for (const { id, value, since } of deltas) {
    const before = stored.get(id) ?? []
    if (since !== undefined) before.push(...complete.get(since)!.get(id)!)
    stored.set(id, value === undefined ? before : [...before, value])
  }
  return stored
}

/** Reads a snapshot to its end. */
export const readDeltas = (deltas: Iterable<StateDelta | null>): StateDelta[] => [...deltas].filter((delta) => delta !== null)
