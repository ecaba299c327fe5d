import type { StateDelta } from '../../src/state/value-table.ts'

/** What a store holds of each group after a checkpoint: chunks in their order. */
export type Stored = ReadonlyMap<number, readonly Uint8Array[]>

/** @param complete earlier checkpoints that deltas may build on */
export function storedAs(deltas: readonly StateDelta[], complete: ReadonlyMap<number, Stored>): Stored {
  return new Map(
    deltas.map(({ id, value, since }) => {
      const base = since === undefined ? [] : complete.get(since)!.get(id)!
      return [id, value === undefined ? base : [...base, value]] as const
    }),
  )
}

/** Reads a snapshot to its end. */
export const readDeltas = (deltas: Iterable<StateDelta | null>): StateDelta[] => [...deltas].filter((delta) => delta !== null)
