import { parseSignature } from '../state-signature.ts'
import { NO_CELL } from './stored-cells.ts'
import type { WorkingSnapshot, WorkingState } from './working-store.ts'

/** False for the stored form of a value of which nothing lives any more. */
type Lives = (stored: unknown) => boolean

/** By state, what of it lives at the time of a snapshot; null where nothing expires. */
export function livesOf({ states, nowMs }: WorkingSnapshot): readonly Lives[] | null {
  if (nowMs === undefined || states.every(({ ttlMs }) => ttlMs === undefined)) return null
  return states.map((state) => livesAt(state, nowMs))
}

function livesAt({ signature, ttlMs }: WorkingState, nowMs: number): Lives {
  if (ttlMs === undefined) return (stored) => stored !== NO_CELL
  const writtenMs = WRITTEN_MS[parseSignature(signature).type] ?? WRITTEN_MS['value']!
  return (stored) => stored !== NO_CELL && writtenMs(stored as readonly unknown[]) + ttlMs > nowMs
}

/** When the newest part was written, of stored forms with times: see the cells of these types. */
const WRITTEN_MS: Readonly<Record<string, (stored: readonly unknown[]) => number>> = {
  value: ([, atMs]) => atMs as number,
  list: ([, times]) => latest(times as readonly number[], 0, 1),
  map: (entries) => latest(entries, 2, 3),
}

function latest(times: readonly unknown[], from: number, stride: number): number {
  let last = -Infinity
  for (let i = from; i < times.length; i += stride) last = Math.max(last, times[i] as number)
  return last
}
